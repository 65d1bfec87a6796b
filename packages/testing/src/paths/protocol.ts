/**
 * What a server under test says about a request, in headers of its answer. Any server in any language can.
 *
 * Its routes: `/admin` and `/admin/secret` are *protected*, every other path, for every method, is *public*.
 * Its guard covers `/admin` and all below. It lets a request with the header {@link PASS} go on, and answers
 * any other itself, with an error status and {@link RAN} `guard`.
 */

/** Header of an answer: who gave it, `guard`, `protected` or `public`. */
export const RAN = 'x-corpus-ran';

/**
 * Header of an answer, optional: the target as the handler saw it, through `encodeURIComponent`, so that
 * nothing in it can break a header. Without it, whether targets are changed on the way is not checked.
 */
export const SEEN = 'x-corpus-seen';

/** Header of a request that the guard lets go on, with the value `yes`. */
export const PASS = 'x-corpus-pass';
