import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './root.mjs';

/** A step ended with another exit code than 0. */
export class StepError extends Error {
  /**
   * @param {string} step
   * @param {number} exitCode
   */
  constructor(step, exitCode) {
    super(`${step} failed with exit code ${exitCode}`);
    this.step = step;
    this.exitCode = exitCode;
  }
}

/** A line for each step; what a step says itself stands below it. */
export function announce(step) {
  console.log(`> ${step}`);
}

/**
 * Runs a command of a step and waits for its end.
 *
 * @param {string} step What messages call it.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, isQuiet?: boolean }} options `isQuiet`: what the command says is shown only when it fails.
 * @throws {StepError} When the command fails, with its exit code.
 */
export async function run(step, command, args, { cwd = root, isQuiet = false } = {}) {
  const child = spawn(command, args, {
    cwd,
    stdio: isQuiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    // What npm put on the PATH are .cmd files there, which only a shell runs.
    shell: process.platform === 'win32' && command !== process.execPath,
  });
  const said = [];
  child.stdout?.on('data', (chunk) => said.push(chunk));
  child.stderr?.on('data', (chunk) => said.push(chunk));
  const passOn = (signal) => child.kill(signal);
  process.on('SIGTERM', passOn);
  const exitCode = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
  process.off('SIGTERM', passOn);
  if (exitCode === 0) return;
  for (const chunk of said) process.stderr.write(chunk);
  throw new StepError(step, exitCode);
}

/** Runs an entry script: its failure ends the process with one line and the exit code of the step that failed. */
export async function main(entry) {
  try {
    await entry();
  } catch (error) {
    console.error(error instanceof StepError ? `! ${error.message}` : error);
    process.exitCode = error instanceof StepError ? error.exitCode : 1;
  }
}
