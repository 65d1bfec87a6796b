/**
 * Lets go of a body that nobody will read. One that somebody is reading is theirs.
 *
 * Never throws: a `Response` is known by its shape, and may be of anybody's making.
 */
export function discardBody(response: Response | undefined): void {
  try {
    const body = response?.body;
    if (body?.locked === false) body.cancel().catch(ignore);
  } catch {
    // Then there is nothing to let go of.
  }
}

function ignore(): void {}
