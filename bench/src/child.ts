import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Pins a process to a core: the arguments that go before its command, none where that cannot be done. */
export type Pin = readonly string[];

/** One core for the servers and another for the load, where the machine has two and `taskset`. */
export function choosePins(): { servers: Pin; load: Pin } {
  const isAble = availableParallelism() > 1 && spawnSync('taskset', ['-c', '0,1', 'true']).status === 0;
  return isAble
    ? { servers: ['taskset', '-c', '1'], load: ['taskset', '-c', '0'] }
    : { servers: [], load: [] };
}

/** A process of ours that answers each message with one message. */
export class Child<Message extends object, Answer> {
  readonly #name: string;
  readonly #process: ChildProcess;

  /** Starts `node <...args>` on its core. */
  constructor(name: string, pin: Pin, args: readonly string[]) {
    const [command = process.execPath, ...rest] = [...pin, process.execPath, ...args];
    this.#name = name;
    this.#process = spawn(command, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  /** Sends a message, and returns the answer. */
  ask(message: Message): Promise<Answer> {
    const answer = this.next();
    this.#process.send(message);
    return answer;
  }

  /** The next message that the process sends. Rejects when it sends an error, or ends. */
  next(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const child = this.#process;
      const onEnd = (reason: unknown): void => {
        settle();
        reject(new Error(`${this.#name}: the process ended (${String(reason)})`));
      };
      const onMessage = (message: Reply<Answer>): void => {
        settle();
        if ('error' in message) reject(new Error(`${this.#name}: ${message.error}`));
        else resolve(message.answer);
      };
      const settle = (): void => {
        child.off('message', onMessage).off('exit', onEnd).off('error', onEnd);
      };
      child.on('message', onMessage).on('exit', onEnd).on('error', onEnd);
    });
  }

  /** Ends the process. */
  end(): void {
    this.#process.kill('SIGKILL');
  }
}

/** What a child sends back. */
type Reply<Answer> = { readonly answer: Answer } | { readonly error: string };

/** The other side: answers every message of the parent, and leaves when the parent has left. */
export function serveParent<Message, Answer>(answer: (message: Message) => Answer | Promise<Answer>): void {
  process.on('message', (message: Message) => void replyWith(() => answer(message)));
  process.on('disconnect', () => process.exit());
}

/** Sends the parent what `work` returns, or why it failed. */
export async function replyWith<Answer>(work: () => Answer | Promise<Answer>): Promise<void> {
  let reply: Reply<Answer>;
  try {
    reply = { answer: await work() };
  } catch (error) {
    reply = { error: error instanceof Error ? error.message : String(error) };
  }
  process.send?.(reply);
}
