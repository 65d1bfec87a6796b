import type { ServerResponse } from 'node:http';
import { type PlainStatus, sendPlain } from './plain-answer.js';

/**
 * Puts a plain answer in the place of what an application has prepared, or cuts the connection when a head has
 * gone out, so that the client cannot take half an answer for a whole one.
 *
 * Never throws: what the application has put in the way, such as a header listener that fails, is reported, and
 * the connection is cut.
 */
export function replaceAnswer(
  response: ServerResponse,
  status: PlainStatus,
  report: (error: unknown) => void,
  extra?: Readonly<Record<string, string>>,
): void {
  try {
    if (!response.headersSent) {
      for (const name of response.getHeaderNames()) response.removeHeader(name);
      return sendPlain(response, status, extra);
    }
  } catch (error) {
    report(error);
  }
  response.destroy();
}
