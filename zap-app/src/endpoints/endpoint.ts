import type { Request, Response } from 'express';

/** A path that answers GET (and HEAD, as Express derives it); every other method is refused. */
export interface Endpoint {
  readonly path: string;
  /** One sentence for the index. */
  readonly description: string;
  /** What it throws is answered by a 500 that tells nothing of it. */
  handle(request: Request, response: Response): void | Promise<void>;
}
