/**
 * An S3-style store in miniature for tests, on a free loopback port and in memory. It checks every signature by itself (AWS Signature
 * Version 4, written from its specification with node:crypto) and answers put, get, copy, delete and pages of lists.
 */
import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export const keys = { accessKeyId: "AKIATEST", secretAccessKey: "secret/of+the=tests", region: "eu-test-1" };

interface Stored {
  readonly bytes: Buffer;
  readonly modified: Date;
}

export interface SmallS3 {
  readonly url: string;
  readonly objects: Map<string, Stored>;
  /** Names of requests: method and path. */
  readonly seen: string[];
  /** While set, every request is answered with this status. */
  failing: number | undefined;
  stop(): Promise<void>;
}

/** @param pageLength objects of one page of a list */
export async function startSmallS3(pageLength = 2): Promise<SmallS3> {
  const objects = new Map<string, Stored>();
  const s3: { failing: number | undefined; seen: string[] } = { failing: undefined, seen: [] };
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const url = new URL(request.url!, "http://localhost");
    const name = decodeURIComponent(url.pathname);
    s3.seen.push(`${request.method} ${name}`);
    const answer = (status: number, text: string | Buffer = "", headers = {}): void => {
      response.writeHead(status, { "Content-Type": "application/xml", ...headers }).end(text);
    };
    if (s3.failing !== undefined) return answer(s3.failing, "<Error><Code>AccessDenied</Code></Error>");
    if (!isSigned(request, url, body)) return answer(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>");
    const stored = objects.get(name);
    if (request.method === "PUT") {
      const source = request.headers["x-amz-copy-source"];
      const copied = source === undefined ? { bytes: body } : objects.get(decodeURIComponent(String(source)));
      if (!copied) return answer(404, "<Error><Code>NoSuchKey</Code></Error>");
      objects.set(name, { bytes: copied.bytes, modified: new Date() });
      return answer(200, source === undefined ? "" : "<CopyObjectResult></CopyObjectResult>");
    }
    if (request.method === "DELETE") {
      objects.delete(name);
      return answer(204);
    }
    if (url.searchParams.get("list-type") === "2") return answer(200, listOf(objects, url, pageLength));
    // Node sends no body after HEAD.
    if (stored) return answer(200, stored.bytes, { "Last-Modified": stored.modified.toUTCString() });
    return answer(404, "<Error><Code>NoSuchKey</Code></Error>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(s3, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/bucket/team`,
    objects,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  });
}

function listOf(objects: Map<string, Stored>, url: URL, pageLength: number): string {
  const bucket = `${url.pathname}/`;
  const prefix = url.searchParams.get("prefix") ?? "";
  const from = url.searchParams.get("continuation-token") ?? "";
  const names = [...objects.keys()]
    .map((name) => name.slice(bucket.length))
    .filter((name) => name.startsWith(prefix) && name > from)
    .sort();
  const page = names.slice(0, pageLength).map((name) => {
    const { bytes, modified } = objects.get(bucket + name)!;
    return `<Contents><Key>${name}</Key><LastModified>${modified.toISOString()}</LastModified><Size>${bytes.length}</Size></Contents>`;
  });
  const next =
    names.length > pageLength ? `<NextContinuationToken>${names[pageLength - 1]}</NextContinuationToken>` : "";
  return `<?xml version="1.0"?><ListBucketResult>${page.join("")}${next}</ListBucketResult>`;
}

/** As the specification says: canonical request, string to sign, derived key. */
function isSigned(request: IncomingMessage, url: URL, body: Buffer): boolean {
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=(\w{64})$/.exec(
      request.headers.authorization ?? "",
    );
  if (!found) return false;
  const [, id, day, region, names, signature] = found;
  const declared = String(request.headers["x-amz-content-sha256"]);
  if (declared !== "UNSIGNED-PAYLOAD" && declared !== hex(body)) return false;
  const encode = (text: string): string =>
    encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...url.searchParams].map(([key, value]) => `${encode(key)}=${encode(value)}`).sort();
  const headers = names!.split(";").map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const canonical = [request.method, url.pathname, query.join("&"), headers.join(""), names, declared].join("\n");
  const time = request.headers["x-amz-date"];
  const text = ["AWS4-HMAC-SHA256", time, `${day}/${region}/s3/aws4_request`, hex(canonical)].join("\n");
  const key = [day!, region!, "s3", "aws4_request"].reduce<Buffer>(
    (before, part) => createHmac("sha256", before).update(part).digest(),
    Buffer.from(`AWS4${keys.secretAccessKey}`),
  );
  const expected = createHmac("sha256", key).update(text).digest("hex");
  return id === keys.accessKeyId && region === keys.region && expected === signature;
}

const hex = (bytes: Buffer | string): string => createHash("sha256").update(bytes).digest("hex");
