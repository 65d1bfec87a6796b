import type { Contender } from '../contender.js';
import { judgeGoals, show, showBound } from '../goal-table.js';
import type { Figure } from '../run-report.js';
import { BODIES, COST, COST_HELLO, type Divided, HOSTS, PEERS_OF_KOA, TIMED, WEB } from './line-ups.js';
import { isSeries, type Publications, serverFigures } from './published.js';
import { toMarkdown } from './sections.js';

/** Titles of the contenders, by name. */
export type Titles = ReadonlyMap<string, Pick<Contender, 'title'>>;

/** Every table of the page, by the name of its markers. */
export function makeTables(publications: Publications, titles: Titles): Readonly<Record<string, string>> {
  const figures = serverFigures(publications);
  const titleOf = (name: string): string => titles.get(name)?.title ?? name;
  return {
    environment: environmentTable(publications),
    goals: goalTable(publications),
    cost: costTable(figures, 'cost.product', COST, titleOf),
    'cost-hello': costTable(figures, 'cost-hello.hello', COST_HELLO, titleOf),
    hosts: costTable(figures, 'hosts.product', HOSTS, titleOf),
    'peers-koa': peerTable(figures, PEERS_OF_KOA, titleOf),
    'peers-web': peerTable(figures, WEB, titleOf),
    bodies: bodyTable(figures, titleOf),
    latency: latencyTable(figures, titleOf),
    elsewhere: elsewhereTable(publications),
  };
}

type Figures = Readonly<Record<string, Figure>>;
type TitleOf = (name: string) => string;

function environmentTable(publications: Publications): string {
  const rows = Object.entries(publications).map(([benchmark, { environment }]) => [
    benchmark,
    environment.date.slice(0, 16).replace('T', ' '),
    `\`${environment.command}\``,
    environment.cpu,
  ]);
  const environment = (publications['cost'] ?? Object.values(publications)[0])?.environment;
  if (environment === undefined) return 'Nothing has been measured.';
  const { system, cores, versions } = environment;
  return `${toMarkdown(['benchmark', 'date', 'command', 'machine'], rows)}\n\n${system}. ${cores}. Versions: ${versions}.`;
}

function goalTable(publications: Publications): string {
  const rows = judgeGoals(publications).map(({ what, bound, figure, verdict }) => [
    what,
    showBound(bound),
    figure === undefined ? '' : withUnit(figure),
    spreadOf(figure),
    verdict === 'met' ? 'met' : `**${verdict}**`,
  ]);
  return toMarkdown(['what', 'goal', 'measured', 'spread', 'verdict'], rows);
}

/** CPU time for one request, and divided by that of the bare application. */
function costTable(figures: Figures, series: string, contenders: Divided, titleOf: TitleOf): string {
  const rows = contenders.map(([name, bare]) => {
    const ratio = figures[`${series}.cpu.${name}/${bare}`];
    return [
      titleOf(name),
      plain(figures[`${series}.cpu.${name}`]),
      ratio === undefined ? '' : show(ratio.value),
      spreadOf(ratio),
      plain(figures[`${series}.rate.${name}`]),
      plain(figures[`${series}.memory.${name}`]),
    ];
  });
  const head = [
    '',
    'CPU of a request, µs',
    '/ bare',
    '95 % interval',
    'requests/s',
    'resident under load, MB',
  ];
  return toMarkdown(head, rows);
}

/** The same for the small answer, in multiples of what the first of them takes. */
function peerTable(figures: Figures, names: readonly string[], titleOf: TitleOf): string {
  const [first = ''] = names;
  const least = figures[`peers.hello.cpu.${first}`]?.value ?? Number.NaN;
  const rows = names.map((name) => {
    const cpu = figures[`peers.hello.cpu.${name}`];
    return [
      titleOf(name),
      plain(cpu),
      cpu === undefined ? '' : `${(cpu.value / least).toFixed(2)} ×`,
      plain(figures[`peers.hello.rate.${name}`]),
      plain(figures[`peers.hello.memory.${name}`]),
    ];
  });
  const head = ['', 'CPU of a request, µs', `/ ${titleOf(first)}`, 'requests/s', 'resident under load, MB'];
  return toMarkdown(head, rows);
}

function bodyTable(figures: Figures, titleOf: TitleOf): string {
  const rows = BODIES.map((name) => [
    titleOf(name),
    ...['order', 'echo', 'download'].map((workload) => plain(figures[`bodies.${workload}.cpu.${name}`])),
  ]);
  return toMarkdown(['CPU of a request, µs', 'JSON body parsed', '64 KB up and down', '10 MB stream'], rows);
}

function latencyTable(figures: Figures, titleOf: TitleOf): string {
  const rows = TIMED.map((name) => [
    titleOf(name),
    ...['p50', 'p99'].flatMap((share) => {
      const figure = figures[`latency.hello.${share}.${name}`];
      return [plain(figure), spreadOf(figure)];
    }),
  ]);
  return toMarkdown(['', 'median, ms', '95 % interval', '99 of 100, ms', '95 % interval'], rows);
}

/** The figures of the benchmarks beside that of HTTP servers. */
function elsewhereTable(publications: Publications): string {
  const rows = Object.entries(publications)
    .filter(([benchmark]) => !isSeries(benchmark))
    .flatMap(([benchmark, { figures }]) =>
      Object.values(figures).map((figure) => [figure.title, withUnit(figure), spreadOf(figure), benchmark]),
    );
  return toMarkdown(['', 'median', 'quartiles', 'benchmark'], rows);
}

function plain(figure: Figure | undefined): string {
  return figure === undefined ? '' : show(figure.value);
}

function withUnit({ value, unit }: Figure): string {
  return unit === 'ratio' ? show(value) : `${show(value)} ${unit}`;
}

function spreadOf(figure: Figure | undefined): string {
  if (figure?.low === undefined || figure.high === undefined) return '';
  return `${show(figure.low)} to ${show(figure.high)}`;
}
