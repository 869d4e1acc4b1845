/**
 * The routes that every kind of job has: list, look at, follow, star; and those of jobs in a queue: fetch an image, cancel or delete. Each
 * kind's own file says its words, and how one is started.
 */
import { AppError } from "../../../shared/problem.ts";
import { isFinal, type JobBody, type JobQueue, type Snapshot } from "../../jobs/job-queue.ts";
import { answerEvents } from "../events.ts";
import { identityOf, maySee } from "../identity.ts";
import {
  answerFile,
  etagParameter,
  fileIndexIn,
  idParameter,
  indexParameter,
  lastEventParameter,
  notFound,
} from "../job-answers.ts";
import { type AppContext, json, type Parameter, type Route, type RouteDeps } from "../route.ts";

/** A kind of job as a client sees it. */
export interface JobWords {
  /** "generation" */
  readonly one: string;
  /** "a generation" */
  readonly anyOne: string;
  readonly many: string;
  /** Path of the list. */
  readonly home: string;
  /** Schema of ./openapi.ts; its list has `List` behind. */
  readonly schema: string;
}

/** Where jobs of a kind are looked up. */
export type JobSource<Body extends JobBody> = Pick<JobQueue<Body>, "get" | "subscribe" | "star">;

interface ListOptions {
  readonly parameters: readonly Parameter[];
  /** A page as it is answered. */
  page(c: AppContext): object | Promise<object>;
  /** What looking at one answers, in words. */
  readonly answer?: string;
}

export const idPathOf = ({ home }: JobWords): string => `${home}/{id}`;

/** The job that a request names. @throws AppError not_found */
export async function findJob<Body extends JobBody>(
  c: AppContext,
  { one, anyOne }: JobWords,
  source: JobSource<Body>,
): Promise<Snapshot<Body>> {
  const id = c.req.param("id") ?? "";
  const snapshot = await source.get(id);
  // SQLite reads a text up to a NUL, and would find what has the id before it.
  if (snapshot?.body.id !== id || !maySee(identityOf(c), snapshot.body.owner))
    throw notFound(one, `the id of ${anyOne} that this server knows`, id);
  return snapshot;
}

/** List, look at, follow, star. */
export function readRoutes<Body extends JobBody>(
  deps: RouteDeps,
  words: JobWords,
  source: JobSource<Body>,
  { parameters, page, answer = "As it is now." }: ListOptions,
): Route[] {
  const { one, anyOne, many, home, schema } = words;
  const idPath = idPathOf(words);
  return [
    {
      method: "get",
      path: home,
      summary: `List ${many}, newest first`,
      parameters,
      answers: { 200: { description: "One page.", schema: `${schema}List` } },
      handle: async (c) => json(await page(c)),
    },
    {
      method: "get",
      path: idPath,
      summary: `Read ${anyOne}`,
      parameters: [idParameter(anyOne)],
      answers: { 200: { description: answer, schema } },
      problems: ["not_found"],
      handle: async (c) => json((await findJob(c, words, source)).body),
    },
    {
      method: "get",
      path: `${idPath}/events`,
      summary: `Follow ${anyOne} by server-sent events`,
      description: `Each event holds the whole ${schema}; ids grow. The stream ends after a final state.`,
      isUnlimited: true,
      parameters: [idParameter(anyOne), lastEventParameter],
      answers: { 200: { description: "The stream.", mediaType: "text/event-stream" } },
      problems: ["not_found"],
      handle: async (c) => {
        const first = await findJob(c, words, source);
        const { id } = first.body;
        return answerEvents(c, deps, { event: one, first, subscribe: (...of) => source.subscribe(id, ...of) });
      },
    },
    starRoute(words, source, true),
    starRoute(words, source, false),
  ];
}

const starRoute = <Body extends JobBody>(words: JobWords, source: JobSource<Body>, isStarred: boolean): Route => ({
  method: isStarred ? "put" : "delete",
  path: `${idPathOf(words)}/star`,
  summary: isStarred ? `Star ${words.anyOne}: it is kept when older ones go` : `Take the star of ${words.anyOne}`,
  parameters: [idParameter(words.anyOne)],
  answers: { 200: { description: "As it is now.", schema: words.schema } },
  problems: ["not_found", "storage_full", "store_unavailable"],
  handle: async (c) => {
    const { id } = (await findJob(c, words, source)).body;
    return json(await source.star(id, isStarred));
  },
});

type ImagedBody = JobBody & Required<Pick<JobBody, "images">>;

interface ImageOptions<Body extends ImagedBody> {
  /** Reads a PNG by its digest. */
  readonly read: (sha256: string) => Promise<Uint8Array | undefined>;
  /** Images that a job has once it is done. */
  readonly countOf: (request: Body["request"]) => number;
}

/** Fetch an image, cancel or delete. */
export const resultRoutes = <Body extends ImagedBody>(
  words: JobWords,
  queue: JobQueue<Body>,
  images: ImageOptions<Body>,
): Route[] => [imageRoute(words, queue, images), deleteRoute(words, queue)];

const imageRoute = <Body extends ImagedBody>(
  words: JobWords,
  queue: JobQueue<Body>,
  { read, countOf }: ImageOptions<Body>,
): Route => ({
  method: "get",
  path: `${idPathOf(words)}/images/{n}.png`,
  pattern: `${words.home}/:id/images/:file`,
  // A plugin reads sixteen a caption; a read of a stored file costs next to nothing.
  isUnlimited: true,
  summary: "Fetch one image",
  description: "PNG with alpha. The bytes of a path never change, so it may be cached for ever.",
  parameters: [idParameter(words.anyOne), indexParameter("n", "Index of the image, from 0."), etagParameter],
  answers: {
    200: { description: "The PNG.", mediaType: "image/png" },
    304: { description: "The client has it." },
  },
  problems: ["not_found", "not_ready"],
  handle: async (c) => {
    const { body } = await findJob(c, words, queue);
    const file = c.req.param("file") ?? "";
    const n = fileIndexIn(file);
    const image = body.images.find(({ index }) => index === n);
    const last = countOf(body.request) - 1;
    if (n !== undefined && n <= last && !image && !isFinal(body))
      throw new AppError("not_ready", `image ${n}: expected a finished image, got one that is not drawn yet`, {
        retryAfterSeconds: 1,
      });
    if (!image)
      throw notFound("image", `the name of an image from 0.png to ${last}.png of ${words.anyOne} that is done`, file);
    const { sha256 } = image;
    return answerFile(
      c,
      sha256,
      () => read(sha256),
      () => notFound("image", "a file that is still on the disk", file),
    );
  },
});

const deleteRoute = <Body extends JobBody>(words: JobWords, queue: JobQueue<Body>): Route => ({
  method: "delete",
  path: idPathOf(words),
  // A cancel that is refused would leave the work running.
  isUnlimited: true,
  summary: `Cancel ${words.anyOne}, or delete a finished one`,
  parameters: [idParameter(words.anyOne)],
  answers: {
    200: { description: "It was waiting or running and is now cancelled.", schema: words.schema },
    204: { description: `It was finished and is now deleted, with images that no other ${words.one} shares.` },
  },
  problems: ["not_found"],
  handle: async (c) => {
    const { body } = await findJob(c, words, queue);
    const ended = isFinal(body) ? body : await queue.cancel(body.id);
    // What was finished a moment before the cancel is deleted like anything finished.
    if (!isFinal(body) && ended?.state === "cancelled") return json(ended);
    await queue.remove(body.id);
    return new Response(null, { status: 204 });
  },
});
