/**
 * Files by digest in an S3-style store, path-style, signed by aws4fetch (its only importer): put, get, head, copy, list and delete
 * of the S3 API of 2006-03-01, which every such store has. The store's clock says when a file was used last.
 */
import { AwsClient } from "aws4fetch";
import { limits } from "../../../shared/limits.ts";
import { AppError } from "../../../shared/problem.ts";
import { writeFileAtomically } from "../../platform/files/atomic-file.ts";
import { sha256Of } from "../../platform/sha256.ts";
import { type Blob, type BlobStore, isDigest } from "./blob-store.ts";

export interface S3Options {
  /** `https://HOST/BUCKET` or `https://HOST/BUCKET/PREFIX`, without a slash at its end. */
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** @param folder comes before each name */
export function openS3Blobs(options: S3Options, folder: string): BlobStore {
  const { url, region, accessKeyId, secretAccessKey } = options;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: 3 });
  const { origin, pathname } = new URL(url);
  const [bucket = "", ...parts] = pathname.split("/").filter(Boolean);
  const prefix = [...parts, folder, ""].join("/");
  const pathOf = (digest: string): string => `/${bucket}/${prefix}${digest}`;
  const ask = async (path: string, init: RequestInit = {}, expected = [200, 204, 404]): Promise<Response> => {
    const response = await client
      .fetch(`${origin}${path}`, { ...init, signal: AbortSignal.timeout(limits.storeRequestMs) })
      .catch((cause: unknown) => {
        throw storeFault(init.method ?? "GET", "none", cause);
      });
    if (expected.includes(response.status)) return response;
    const text = await response.text();
    throw storeFault(init.method ?? "GET", `${response.status} ${/<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? ""}`.trim());
  };
  const read = async (digest: string): Promise<Uint8Array | undefined> => {
    if (!isDigest(digest)) return undefined;
    const response = await ask(pathOf(digest));
    if (response.status === 404) return undefined;
    const bytes = new Uint8Array(await response.arrayBuffer());
    return sha256Of(bytes) === digest ? bytes : undefined;
  };
  return {
    read,
    async put(bytes) {
      const digest = sha256Of(bytes);
      const headers = { "x-amz-content-sha256": digest, "Content-Length": String(bytes.byteLength) };
      await ask(pathOf(digest), { method: "PUT", body: bytes as Uint8Array<ArrayBuffer>, headers }, [200]);
      return digest;
    },
    async touch(digest) {
      if (!isDigest(digest)) return false;
      // A copy onto itself is young again; S3 allows it only with new metadata.
      const headers = { "x-amz-copy-source": pathOf(digest), "x-amz-metadata-directive": "REPLACE" };
      const response = await ask(pathOf(digest), { method: "PUT", headers });
      await response.arrayBuffer();
      return response.status === 200;
    },
    async place(digest, path) {
      const bytes = await read(digest);
      if (!bytes) return false;
      await writeFileAtomically(path, bytes);
      return true;
    },
    async delete(digest) {
      await ask(pathOf(digest), { method: "DELETE" });
    },
    async usedAt(digest) {
      if (!isDigest(digest)) return undefined;
      const response = await ask(pathOf(digest), { method: "HEAD" });
      return response.status === 200 ? Date.parse(response.headers.get("last-modified") ?? "") : undefined;
    },
    async list() {
      const blobs: Blob[] = [];
      for (let token: string | undefined = ""; token !== undefined; ) {
        const query = new URLSearchParams({ "list-type": "2", prefix, ...(token && { "continuation-token": token }) });
        const xml = await (await ask(`/${bucket}?${query}`, {}, [200])).text();
        blobs.push(...blobsIn(xml, prefix));
        token = valueIn(xml, "NextContinuationToken");
      }
      return blobs;
    },
  };
}

/** The answer's elements hold digests, numbers and dates, in which nothing is escaped. */
const blobsIn = (xml: string, prefix: string): Blob[] =>
  [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].flatMap(([, entry = ""]) => {
    const digest = (valueIn(entry, "Key") ?? "").slice(prefix.length);
    if (!isDigest(digest)) return [];
    return [
      { digest, bytes: Number(valueIn(entry, "Size")), usedAt: Date.parse(valueIn(entry, "LastModified") ?? "") },
    ];
  });

const valueIn = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>(.*?)</${name}>`, "s").exec(xml)?.[1]?.replaceAll("&amp;", "&");

const storeFault = (method: string, received: string, cause?: unknown): AppError =>
  new AppError("store_unavailable", `store: expected an answer to ${method}, got ${received}`, {
    retryAfterSeconds: 5,
    ...(cause !== undefined && { cause }),
  });
