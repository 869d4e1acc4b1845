/**
 * The schema of the data folder's file `tau.db`: jobs of every kind, the images that finished ones name, and an index of their
 * texts. Steps only ever grow at the end; the number of steps is the version of a file.
 */
import { join } from "node:path";
import { type Database, type Migrations, openDatabase } from "../../platform/files/database.ts";

const migrations: Migrations = [
  `CREATE TABLE job (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    state TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    request TEXT,
    key TEXT,
    fingerprint TEXT,
    start_count INTEGER NOT NULL,
    is_starred INTEGER NOT NULL,
    finished_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX job_by_id ON job (kind, id);
  CREATE UNIQUE INDEX job_by_key ON job (kind, key) WHERE key IS NOT NULL;
  CREATE INDEX open_job ON job (kind, seq) WHERE finished_at IS NULL;
  CREATE INDEX plain_history ON job (kind, seq) WHERE finished_at IS NOT NULL AND is_starred = 0;
  CREATE INDEX starred_job ON job (kind, id, finished_at) WHERE is_starred = 1;
  CREATE TABLE image (
    kind TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    use_count INTEGER NOT NULL,
    PRIMARY KEY (kind, sha256)
  ) STRICT, WITHOUT ROWID;
  CREATE VIRTUAL TABLE caption USING fts5 (text, tokenize = 'trigram')`,
  // How a job stands in line; both null where nothing was said.
  `ALTER TABLE job ADD COLUMN owner TEXT;
  ALTER TABLE job ADD COLUMN urgency TEXT`,
  "CREATE INDEX job_by_owner ON job (kind, owner, id) WHERE owner IS NOT NULL",
];

/** @throws AppError config_invalid, storage_full */
export const openJobDatabase = (dataDir: string, name = "tau.db"): Database =>
  openDatabase(join(dataDir, name), migrations);
