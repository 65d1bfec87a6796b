/** One line of the tree that `printRoutes` draws: what a route is registered for. */
export interface PrintedRoute {
  readonly methods: readonly string[];
  /** All labels on the way; several names of one parameter are joined with `|`, as the router keeps one node for them. */
  readonly path: string;
  /** As JSON has them: a regular expression is its source in a string. */
  readonly constraints: Readonly<Record<string, string>>;
}

/**
 * Reads the tree that Fastify's `printRoutes()` draws: the only public way to the routes of an instance
 * whose routes are there already, since `onRoute` tells of later ones only.
 *
 * `└── /` above `    └── orders (GET, HEAD)` → `/orders` with `GET`, `HEAD`
 */
export function readRouteTree(drawing: string): PrintedRoute[] {
  const labels: string[] = [];
  return drawing.split('\n').flatMap((line) => {
    const indent = /^(?:│ {3}| {4}|├── |└── )+/.exec(line)?.[0] ?? '';
    const depth = indent.length / 4 - 1;
    if (depth < 0) return [];
    const match = ROUTE.exec(line.slice(indent.length));
    const label = match?.groups?.['label'] ?? line.slice(indent.length);
    labels.splice(depth, Infinity, label === '(empty root node)' ? '' : label);
    if (match?.groups?.['methods'] === undefined) return [];
    const { methods, constraints = '{}' } = match.groups;
    return {
      methods: methods.split(', '),
      path: labels.join(''),
      constraints: JSON.parse(constraints) as Record<string, string>,
    };
  });
}

const ROUTE = /^(?<label>.*?) \((?<methods>[A-Z-]+(?:, [A-Z-]+)*)\)(?: (?<constraints>\{.*\}))?$/;
