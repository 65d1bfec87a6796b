import { type Application, ViaductError } from '@viaduct/core';
import { markDecidesLimits } from '@viaduct/core/internal';

/**
 * Lets the application answer a few requests before the first client does: compilers, pools and caches are warm then.
 *
 * Part of its start, so that a worker that cannot answer them is never ready. To be put within logs and metrics, which
 * are about clients.
 *
 * @param targets `/health`, `/orders?limit=1`: asked for with GET, one after another.
 * @throws {ViaductError} `VIADUCT_E_WARM_UP`, from `start()`, when one is answered with 500 or above.
 */
export function withWarmUp(application: Application, targets: readonly string[]): Application {
  if (targets.length === 0) return application;
  const { handle, upgrade } = application;

  async function ask(target: string): Promise<void> {
    const response = await application.fetch(new Request(new URL(target, 'http://localhost')));
    await response.arrayBuffer();
    if (response.status < 500) return;
    throw new ViaductError(
      'VIADUCT_E_WARM_UP',
      `warm-up: GET ${target} was answered with ${response.status}.`,
    );
  }

  const warm: Application = {
    ...(application.name !== undefined && { name: application.name }),
    fetch: (request, context) => application.fetch(request, context),
    ...(handle !== undefined && { handle: handle.bind(application) }),
    ...(upgrade !== undefined && { upgrade: upgrade.bind(application) }),
    async start() {
      await application.start?.();
      for (const target of targets) await ask(target);
    },
    stop: () => application.stop?.(),
  };
  return markDecidesLimits(warm, application);
}
