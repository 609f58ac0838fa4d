// The service's HTTP side: JSON in and out, limits on size, rate and time, nothing for web pages of other sites. One model
// answers one request after the other; what waits is bounded.

import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { describeSchema } from '../../common/config/describe.ts';
import { describeValue, explainIssues } from '../../common/config/problems.ts';
import { type ErrorDetails, UserError } from '../../common/errors.ts';
import {
  describeService,
  type ServiceSpec,
  type SolveRequest,
  solveRequestSchema,
} from '../../common/service.ts';
import { JobCancelled } from '../job.ts';
import type { PuzzleService } from './service.ts';

const bodyLimitBytes = 1 << 20;
/** Requests that may wait for the one that is being answered. */
const mostWaiting = 32;
const ownHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

class Refusal extends Error {
  readonly status: number;
  readonly details: ErrorDetails;

  constructor(status: number, details: ErrorDetails) {
    super(details.what);
    this.status = status;
    this.details = details;
  }
}

/** Begins to listen. @returns the server and its address */
export async function serveModel(
  service: PuzzleService,
  spec: ServiceSpec,
  version: string,
): Promise<{ server: FastifyInstance; address: string }> {
  const server = fastify({ bodyLimit: bodyLimitBytes, forceCloseConnections: true, logger: false });
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  let address = '';

  await server.register(rateLimit, {
    max: spec.requestsPerMinute,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { max, after }) =>
      new Refusal(429, {
        what: 'Too many requests',
        expected: `at most ${max} in a minute`,
        remedy: `wait ${after}, or start the service with a higher --requests-per-minute`,
      }),
  });
  server.addHook('onRequest', async (request) => refuseForeign(request));
  server.setErrorHandler((error: FastifyError | Refusal | UserError, _request, reply) => {
    const { status, details } = explain(error);
    return reply.status(status).send({ error: details });
  });
  server.setNotFoundHandler((request, reply) =>
    reply.status(404).send({
      error: {
        what: 'There is nothing at this address',
        found: `${request.method} ${request.url}`,
        expected: 'POST /solve, GET /health or GET /openapi.json',
      },
    }),
  );
  server.get('/health', () => ({ ok: true, model: spec.label, waiting }));
  server.get('/openapi.json', () => describeService(version, address));
  server.post('/solve', async (request) => {
    const wanted = readRequest(request.body);
    if (waiting >= mostWaiting) {
      throw new Refusal(503, {
        what: 'Too many requests wait',
        found: `${waiting} requests`,
        remedy: 'try again in a moment',
      });
    }
    waiting++;
    const signal = AbortSignal.timeout(spec.requestSeconds * 1000);
    const turn = last.then(() => service.solve(wanted, signal));
    last = turn.catch(() => undefined);
    try {
      return await turn;
    } catch (error) {
      if (!(error instanceof JobCancelled)) throw error;
      throw new Refusal(503, {
        what: 'The request took too long',
        expected: `at most ${spec.requestSeconds} s, the time of those before it included`,
        remedy: 'send fewer puzzles at once, or start the service with a longer --request-seconds',
      });
    } finally {
      waiting--;
    }
  });
  address = await server.listen({ host: spec.host, port: spec.port });
  return { server, address };
}

/** Web pages send their origin; a name that is not ours may have been pointed here by another site. */
function refuseForeign({ headers, hostname }: FastifyRequest): void {
  if (headers.origin !== undefined) {
    throw new Refusal(403, {
      what: 'Web pages may not use this service',
      found: `the origin ${headers.origin}`,
    });
  }
  const name = hostname.startsWith('[') ? hostname : hostname.replace(/:\d+$/, '');
  if (!ownHosts.has(name)) {
    throw new Refusal(403, {
      what: 'The request names another host',
      found: hostname,
      expected: 'localhost or 127.0.0.1',
    });
  }
}

function readRequest(body: unknown): SolveRequest {
  const parsed = solveRequestSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new UserError({
      what: 'The request is not valid',
      found: describeValue(body),
      expected: 'an object such as { "puzzles": ["…"] }',
    });
  }
  const problems = explainIssues(parsed.error.issues, {
    value: body,
    fields: describeSchema(solveRequestSchema),
    locate: () => undefined,
  });
  throw new UserError({ what: 'The request is not valid', problems });
}

function explain(error: FastifyError | Refusal | UserError): { status: number; details: ErrorDetails } {
  if (error instanceof Refusal) return { status: error.status, details: error.details };
  if (error instanceof UserError) return { status: 400, details: error.details };
  const status = error.statusCode ?? 500;
  if (status < 500) return { status, details: { what: error.message } };
  return { status, details: { what: 'The service failed', found: error.message } };
}
