/** What names of headers are made of. RFC 9110 §5.6.2. */
export const TOKEN: RegExp = /^[!#$%&'*+.^_`|~\w-]+$/;
