import { type ChildProcess, fork } from 'node:child_process';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ErrorPage } from './error-page.js';
import { type Failure, failureText } from './failure.js';
import type { FrontDoor } from './front-door.js';
import type { RunMessage, RunOrder, WatcherMessage } from './messages.js';
import { Watcher } from './watcher.js';

const RUN = fileURLToPath(new URL('run.js', import.meta.url));

/** What a run that makes way for the next one has for the requests under way. */
const REQUESTS_MS = 500;

/** What an application then has to stop; after that its process is killed. */
const STOP_MS = 1_500;

/** What the user is told. */
export interface Report {
  ready(table: string, tookMs: number): void;
  failed(text: string): void;
  changed(file: string): void;
}

/** Runs the application in a process of its own, anew for every change, with one door in front of all runs. */
export class Supervisor {
  readonly #order: RunOrder;
  readonly #door: FrontDoor;
  readonly #report: Report;
  readonly #page = new ErrorPage();
  readonly #watcher: Watcher;
  #run: ChildProcess | undefined;
  /** The one before, for as long as it makes way. */
  #leaving: ChildProcess | undefined;
  /** The latest restart: each waits for the one before. */
  #turn: Promise<void> = Promise.resolve();
  #isStopping = false;

  constructor(order: RunOrder, door: FrontDoor, report: Report) {
    this.#order = order;
    this.#door = door;
    this.#report = report;
    this.#watcher = new Watcher(order.cwd, (file) => this.#changed(file));
  }

  start(): void {
    const began = performance.now();
    let isTold = false;
    const run = fork(RUN, [], {
      cwd: this.#order.cwd,
      env: { ...process.env, VIADUCT_DEV_RUN: JSON.stringify(this.#order) },
      execArgv: process.execArgv.concat('--enable-source-maps'),
    });
    this.#run = run;
    run.on('error', (error) => {
      if (run === this.#run) this.#failed({ message: error.message });
    });
    run.on('message', (message: RunMessage) => {
      if (message.type === 'imported') for (const file of message.files) this.#watcher.add(file);
      if (run !== this.#run) return;
      if (message.type === 'ready') this.#ready(run, message.table, performance.now() - began);
      if (message.type === 'failed') {
        isTold = true;
        this.#failed(message.failure);
      }
    });
    run.on('exit', (code, signal) => {
      if (run !== this.#run || isTold || this.#isStopping) return;
      const how = signal === null ? `with exit code ${String(code)}` : `by ${signal}`;
      this.#failed({
        message: `The application's process ended ${how}. Its last words are on the terminal.`,
      });
    });
  }

  /** Cuts what is under way, since nobody waits for a terminal, and lets the application stop. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#watcher.close();
    await Promise.all([this.#run, this.#leaving].map((run) => run && endRun(run, 0)));
    await this.#turn;
  }

  /** Ends at once. */
  kill(): void {
    for (const run of [this.#run, this.#leaving]) run?.kill('SIGKILL');
  }

  #changed(file: string): void {
    this.#report.changed(relative(this.#order.cwd, file));
    this.#door.hold();
    this.#turn = this.#turn.then(() => this.#restart());
  }

  async #restart(): Promise<void> {
    this.#leaving = this.#run;
    this.#run = undefined;
    if (this.#leaving !== undefined) await endRun(this.#leaving, REQUESTS_MS);
    this.#leaving = undefined;
    if (!this.#isStopping) this.start();
  }

  #ready(run: ChildProcess, table: string, tookMs: number): void {
    this.#watcher.watchesAll = false;
    this.#report.ready(table, tookMs);
    this.#door.open((connection) => {
      const message: WatcherMessage = { type: 'connection' };
      run.send(message, connection, {}, (error) => {
        if (error !== null) connection.destroy();
      });
    });
  }

  #failed(failure: Failure): void {
    this.#watcher.watchesAll = true;
    for (const file of [failure.file, failure.missing]) if (file !== undefined) this.#watcher.add(file);
    this.#page.show(failure);
    this.#report.failed(failureText(failure, 'The application does not run.'));
    this.#door.open((connection) => this.#page.take(connection));
  }
}

async function endRun(run: ChildProcess, timeoutMs: number): Promise<void> {
  // One that could not be started has no end to wait for.
  if (run.pid === undefined || run.exitCode !== null || run.signalCode !== null) return;
  // Not by once() of node:events, which an error ends too.
  const ended = new Promise((resolve) => run.once('exit', resolve));
  const timer = setTimeout(() => run.kill('SIGKILL'), timeoutMs + STOP_MS);
  const stop: WatcherMessage = { type: 'stop', timeoutMs };
  // Without a callback a message that meets a run just dying (EPIPE) is an error of the run.
  if (run.connected) run.send(stop, () => undefined);
  else run.kill();
  await ended;
  clearTimeout(timer);
}
