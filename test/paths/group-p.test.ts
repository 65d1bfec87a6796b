import { hostCases, pathCorpus, type PathReport, runPathCorpus, targetCases } from '@viaduct/testing/paths';
import { serve, type Server } from 'viaduct';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARRANGEMENTS, createCorpusServer } from './corpus-server.js';
import { FRAMEWORKS } from './frameworks.js';

const { Request: request, Response: response, fetch } = globalThis;

// DESIGN.md, "Paths" and "Host"; every case is sent on a socket of its own, without a pass and with one.
for (const framework of FRAMEWORKS) {
  describe.each(ARRANGEMENTS)(`${framework.name}, %s`, (arrangement) => {
    let server: Server;
    let report: PathReport;

    beforeAll(async () => {
      server = await serve(createCorpusServer(framework, arrangement), {
        port: 0,
        host: '127.0.0.1',
        onError: () => undefined,
      });
      // What is benign does not depend on where the guard stands, and there is much of it.
      const cases =
        arrangement === 'alone' || arrangement === 'mounted' ? pathCorpus : [...targetCases, ...hostCases];
      report = await runPathCorpus({ port: server.port, cases });
    }, 60_000);

    afterAll(async () => {
      server.httpServer.closeAllConnections();
      await server.close();
    });

    it('P1 to P45: the protected handler never runs unless the guard ran', () => {
      expect(describeAll(report.exposed)).toEqual([]);
    });

    it('P1 to P43: each case has one of its verdicts', () => {
      const faults = report.faults.filter((result) => !result.case.id.startsWith('P46'));
      expect(describeAll(faults)).toEqual([]);
    });

    // The corpus of benign targets is long, and where an application stands makes no difference to it.
    if (arrangement === 'delegated' || arrangement === 'nested') return;

    it('P46: no benign target is refused or changed', () => {
      const benign = report.results.filter((result) => result.case.id.startsWith('P46'));
      expect(benign.length).toBeGreaterThanOrEqual(200);
      expect(describeAll(benign.filter(({ fault }) => fault !== undefined))).toEqual([]);
    });
  });
}

it('P46: no framework of these has replaced a global', () => {
  expect([globalThis.Request, globalThis.Response, globalThis.fetch]).toEqual([request, response, fetch]);
});

function describeAll(results: PathReport['results']): string[] {
  return results.map(({ case: { id, method = 'GET', target, headers }, fault, verdict, status }) =>
    [id, method, target.slice(0, 80), headers?.join(' '), fault ?? `${verdict} (${status})`].join(' '),
  );
}
