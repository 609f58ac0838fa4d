// `trm serve`: the app for a browser or, with a model, a service that solves puzzles for other programs.

import { type ChildProcess, execFile, fork } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CommandModule } from 'yargs';
import { type ExecutionProvider, executionProviders } from '../../common/config/device.ts';
import type { ErrorDetails } from '../../common/errors.ts';
import type { ServiceSpec } from '../../common/service.ts';
import { FailureError } from '../failure.ts';
import { projectFolder } from '../paths.ts';
import { appVersion } from '../version.ts';
import type { GlobalOptions } from './output.ts';
import type { Session } from './session.ts';

interface ServeOptions extends GlobalOptions {
  model: string | undefined;
  weights: 'ema' | 'raw';
  host: string;
  port: string;
  provider: ExecutionProvider;
  threads: string;
  'requests-per-minute': string;
  'request-seconds': string;
}

export const serveCommand: CommandModule<GlobalOptions, ServeOptions> = {
  command: 'serve',
  describe: 'Serve the app to a browser or, with --model, puzzles to other programs',
  builder: (yargs) =>
    yargs
      .option('model', {
        type: 'string',
        requiresArg: true,
        describe: "Serve POST /solve with this model: an export's name, an .onnx file or a checkpoint",
      })
      .option('weights', {
        choices: ['ema', 'raw'] as const,
        default: 'ema' as const,
        requiresArg: true,
        describe: 'Averaged or raw weights of a checkpoint',
      })
      .option('host', {
        type: 'string',
        default: '127.0.0.1',
        requiresArg: true,
        describe: 'Address to listen on; the service takes only those of this machine',
      })
      .option('port', {
        type: 'string',
        default: '0',
        requiresArg: true,
        describe: 'Port; 0 takes a free one',
      })
      .option('provider', {
        choices: executionProviders,
        default: 'cpu' as const,
        requiresArg: true,
        describe: 'What runs the model',
      })
      .option('threads', {
        type: 'string',
        default: '0',
        describe: 'Threads of the model; 0 takes one a core',
      })
      .option('requests-per-minute', {
        type: 'string',
        default: '600',
        describe: 'Requests of one client in a minute',
      })
      .option('request-seconds', {
        type: 'string',
        default: '30',
        describe: 'A request that takes longer is answered with an error',
      }),
  async handler({ model, weights, host, port, provider, ...options }) {
    const { withEngine } = await import('./session.ts');
    const { parseCount, parseNumber } = await import('./values.ts');
    const portNumber = parseCount('--port', port, 0);
    const limits = {
      threads: parseCount('--threads', options.threads, 0),
      requestsPerMinute: parseCount('--requests-per-minute', options['requests-per-minute']),
      requestSeconds: parseNumber('--request-seconds', options['request-seconds']),
    };
    await withEngine(options, async (session) => {
      if (model === undefined) return await servePageUntilEnd(session, host, portNumber);
      const { subject, label } = await session.client.call('model.resolve', { model, weights });
      await serveUntilEnd(session, { subject, label, host, port: portNumber, provider, ...limits });
    });
  },
};

async function servePageUntilEnd(session: Session, host: string, port: number): Promise<void> {
  const build = join(projectFolder, 'scripts', 'app', 'build.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [build]);
  const { servePage } = await import('../transport/page-server.ts');
  const folder = join(stdout.trim(), 'renderer');
  const server = await servePage({ client: session.client, folder, host, port });
  session.output.emit({ type: 'listening', address: server.address });
  if (!session.output.json) session.output.say(`TRM Studio: ${server.address}\nCtrl-C ends it.`);
  await untilInterrupted(session);
  await server.close();
}

async function serveUntilEnd(session: Session, spec: ServiceSpec): Promise<void> {
  const child = fork(join(projectFolder, 'worker', 'serve', 'index.ts'), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // TensorFlow tells of its start there.
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
  });
  try {
    const address = await listeningAt(child, spec);
    session.output.emit({ type: 'listening', address });
    if (!session.output.json) {
      session.output.say(`${spec.label}: POST ${address}/solve, description at ${address}/openapi.json`);
      session.output.say('Ctrl-C ends it.');
    }
    await Promise.race([untilInterrupted(session), ended(child)]);
  } finally {
    if (child.connected) child.disconnect();
  }
}

function listeningAt(child: ChildProcess, spec: ServiceSpec): Promise<string> {
  const listening = Promise.withResolvers<string>();
  child.once('message', (message: { listening?: string; error?: ErrorDetails }) => {
    if (message.listening !== undefined) listening.resolve(message.listening);
    else listening.reject(new FailureError(message.error ?? { what: 'The service did not begin' }));
  });
  ended(child).catch(listening.reject);
  child.send({ spec, version: appVersion() });
  return listening.promise;
}

function ended(child: ChildProcess): Promise<never> {
  return new Promise((_resolve, reject) => {
    child.once('exit', (code) =>
      reject(new FailureError({ what: 'The service has ended', found: `exit code ${code}` })),
    );
  });
}

function untilInterrupted({ interrupts }: Session): Promise<void> {
  return new Promise((resolve) => {
    const stop = interrupts.onInterrupt(() => {
      stop();
      resolve();
    });
  });
}
