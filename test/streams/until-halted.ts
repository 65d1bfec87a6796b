/** The count when it has stood still for a while; nothing but time tells that no more comes. */
export async function untilHalted(count: () => number): Promise<number> {
  let before = -1;
  for (let still = 0; still < 3;) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    still = count() > 0 && count() === before ? still + 1 : 0;
    before = count();
  }
  return before;
}
