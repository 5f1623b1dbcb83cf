// Starts the release binary on a free port with a folder of its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const binary = process.env.STEADYLINE_BINARY ?? join(import.meta.dirname, '../../target/release/steadyline');

export class Server {
  private child: ChildProcess | undefined;
  private said = '';
  private constructor(readonly port: number, private readonly folder: string, private readonly settings: Record<string, string>) {}

  get url() {
    return `http://localhost:${this.port}`;
  }

  static async start(options: { seeded?: boolean; settings?: (port: number) => Record<string, string> } = {}) {
    const port = await freePort();
    const server = new Server(port, mkdtempSync(join(tmpdir(), 'steadyline-e2e-')), options.settings?.(port) ?? {});
    if (options.seeded) server.run(['seed']);
    await server.up();
    return server;
  }

  /** Starts it on the same port and folder (again). */
  async up() {
    const child = spawn(binary, [], { env: this.environment(), stdio: ['ignore', 'inherit', 'pipe'] });
    child.stderr.on('data', (part: Buffer) => {
      process.stderr.write(part);
      this.said += part;
    });
    this.child = child;
    for (let tries = 0; tries < 300; tries += 1) {
      if (this.child.exitCode !== null) throw new Error(`the server ended with ${this.child.exitCode}`);
      if (await answers(`${this.url}/readyz`)) return;
      await new Promise((wake) => setTimeout(wake, 50));
    }
    throw new Error('the server was not ready after 15 s');
  }

  /** Stops it and waits until it is gone. */
  async down() {
    const child = this.child;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((wake) => child.once('exit', wake));
    child.kill('SIGTERM');
    await gone;
  }

  async remove() {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
    // Who leaves while a page is drawn makes leptos say that its values are gone; nobody is there to miss them.
    if (/panicked at .*\n(?!Tried to access a reactive value that has already been disposed)/.test(this.said)) throw new Error('the server panicked meanwhile: see above');
  }

  /** Runs the program in another role on the same folder; returns what it printed. */
  run(role: string[], input = '') {
    const { status, stdout } = spawnSync(binary, role, { env: this.environment(), input, stdio: ['pipe', 'pipe', 'inherit'], encoding: 'utf8' });
    if (status !== 0) throw new Error(`steadyline ${role.join(' ')} ended with ${status}`);
    return stdout;
  }

  private environment() {
    // The server refuses settings that it does not know; ours are none of its.
    const { STEADYLINE_BINARY, STEADYLINE_URL, ...rest } = process.env;
    return {
      ...rest,
      STEADYLINE_LISTEN: `127.0.0.1:${this.port}`,
      STEADYLINE_DATA_DIR: this.folder,
      STEADYLINE_LOG__LEVEL: 'warn',
      STEADYLINE_LIMITS__ENABLED: 'false',
      // No run of a test asks a public address.
      STEADYLINE_UPLINKS__ENABLED: 'false',
      STEADYLINE_DIAGNOSTICS__ENABLED: 'false',
      ...this.settings,
    };
  }
}

async function answers(url: string) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? found(address.port) : failed(new Error('no port'))));
    });
  });
}
