import type { Guard } from 'viaduct';

/** For pages: strangers are shown the way to the sign-in page, and back. */
export const askToSignIn: Guard = (_head, context) => {
  if (context.state['user'] !== undefined) return;
  const location = `/sign-in?next=${encodeURIComponent(context.target)}`;
  return new Response(null, { status: 303, headers: { location } });
};

/** For the API: strangers are refused, in the form that the API's own errors have. */
export const refuseStrangers: Guard = (_head, context) => {
  if (context.state['user'] !== undefined) return;
  const problem = {
    title: 'Unauthorized',
    status: 401,
    detail: 'Sign in first, at /sign-in.',
    instance: context.target,
  };
  return Response.json(problem, { status: 401, headers: { 'content-type': 'application/problem+json' } });
};
