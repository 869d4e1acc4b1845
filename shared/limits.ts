/**
 * Every cap of the contract, with its unit and its reason. Plugin and server read the same numbers,
 * so that a form never offers what the server refuses.
 */

export const limits = {
  /** Characters of a caption after trimming. MiniLM reads 256 word pieces; 500 characters stay below that. */
  captionMaxChars: 500,
  /** Images of one generation: a grid of 16 is the largest that stays legible in the plugin's preview. */
  countMax: 16,
  countDefault: 4,
  /** Seeds are uint32: they key the Philox generator. */
  seedMax: 0xffff_ffff,
  /** Above 1.5 the residual leaves the region where the flow saw any training image. */
  temperatureMax: 1.5,
  temperatureDefault: 0.2,
  /** Guidance weight; beyond 4 colours saturate and shapes break. 0 = off. */
  guidanceMax: 4,
  guidanceDefault: 1,
  /** Weight of the retrieved drawings' v in a new image: above it, styles are followed less; below, shapes blur. */
  retrievalDefault: 0.9,
  /** Weights above 0 of one image, `guidance` counted: a flow's graph holds a block of rows for each. */
  guidanceTermsMax: 3,
  /** Candidates of one image; beyond 16 the best of K gains little and costs K passes. */
  bestOfMax: 16,
  /** Candidates of images that shall differ: twice the largest count, which is four runs of a flow. */
  candidatesMax: 32,
  /** Share of the distance that ideas may have: 1 = as far as a caption's words allow. */
  diversityMax: 1,
  /** What the plugin requests: ideas that still show the caption. The API's default is 0, seeds as they come. */
  diversityIdeas: 0.3,
  /** Half a circle: v turned into its opposite. */
  angleMaxDegrees: 180,
  /** Attribute directions stay within a few times the difference of two captions; beyond that a condition means nothing. */
  attributeStrengthMax: 3,
  /** Hypotheses of one upscale: more than eight nobody compares. */
  upscaleCountMax: 8,
  /**
   * Longest side that networks draw for a result between their factors, in pixels: ×4 of 1366 px, so that ×3 reaches
   * `imageMaxSidePx`. Planes and pixels of such a square take 300 MB.
   */
  upscaleDrawnMaxSidePx: 5464,
  /** Factor on the residual of an upscale at detail 1. */
  upscaleTemperatureMax: 0.9,
  /** Upscales that run at once, for one loads all cores, and that may wait. */
  upscalesParallelMax: 1,
  upscalesWaitingMax: 50,
  /** `attemptDeadlineMs` of an upscale: eight hypotheses of 4096 px and their map, on a slow machine. */
  upscaleDeadlineMs: 900_000,
  /**
   * Finished upscales that are kept, and bytes of their pictures; the oldest go until both hold. A picture of 4096 px takes up to
   * 34 MB and an upscale has up to nine, so some seven of the largest are kept, and all hundred of icons.
   */
  upscalesKeptMax: 100,
  upscalesKeptMaxBytes: 2 * 1024 * 1024 * 1024,
  /** Longer side at which a picture is traced: outlines are found to a tenth of a pixel, so more only takes longer. */
  vectorWorkPx: 256,
  /** The same of clean artwork with sharp edges, whose letters and corners are worth it: it takes about three times as long. */
  vectorSharpWorkPx: 512,
  /** Colours, and so paths, of a vector: more is a photograph. */
  vectorColoursMax: 8,
  /** Closed outlines of a vector over all its paths; of noise and photographs the smallest are left out. */
  vectorOutlinesMax: 160,
  /** Side of an SVG's view box: from the smallest icons to drawings in pixels, whose coordinates keep a digit after the point. */
  viewBoxLeast: 8,
  viewBoxMost: 1024,
  /** Icons of one family: a grid that still fits a page; and its colours, of which icon sets have about as many. */
  familyMax: 48,
  familyColoursMax: 6,
  /**
   * Drawings of families that wait for the generations which follow: 48 enlarged icons, for as long as a busy queue takes. They are given
   * out for so long, and leave the memory after up to twice that.
   */
  familyDrawingsMaxBytes: 96 * 1024 * 1024,
  familyDrawingsKeptMs: 120_000,
  /** Tracings that run at once and that wait; each takes a tenth of a second, of large clean artwork up to one and a half. */
  vectorsParallelMax: 2,
  vectorsWaitingMax: 64,
  /** Families at once: each keeps the inference child busy for seconds. */
  familiesParallelMax: 1,
  familiesWaitingMax: 4,
  /** Icons that show a style, each read by the target's encoder: with more, means and deviations hardly change. */
  styleImagesMax: 16,
  /** Licences that a request may list: sets of icons have a dozen. */
  licencesMax: 24,
  /** Drawings that an image names as its sources; those of less weight change nothing that can be seen. */
  sourcesMax: 8,
  /** Drawings of a library that fit a caption, for one to choose from; and characters of what names one: the longest has some 80. */
  drawingsMax: 48,
  drawingsDefault: 12,
  drawingIdMaxChars: 200,
  /** Colours that a drawing may be asked to have: the flow between styles reads four. */
  coloursMax: 4,
  /** Characters of an inline SVG sketch: some hundred strokes. */
  svgMaxChars: 48_000,
  /** Dashes that its lines may be cut into at most: the renderer takes 0.2 µs and 27 bytes for each. */
  svgDashesMax: 5_000_000,
  /** Milliseconds for which one may be drawn; the largest plain sketches take a tenth of a second. */
  svgDrawMs: 5000,
  /** Colours of a layout's palette besides transparent, and cells of its grid: bounds for the parser, the pack sets the true ones. */
  paletteMax: 64,
  layoutCellsMax: 4096,
  /** What a layer remembers of its image, in bytes of JSON: Figma throws beyond 100 kB an entry, its key counted. */
  provenanceMaxBytes: 90_000,
  /** A picture that it was made from and that it keeps, in bytes: a third more in base64, it leaves room for the rest. */
  keptPictureMaxBytes: 40_000,
  /** Longest SVG that the plugin sends beside an icon's picture, in bytes of JSON: those of a whole selection fit in one batch. */
  nodesMaxBytes: 9_000,
  /** Body of a JSON request in bytes; the largest one is an inline sketch of `svgMaxChars` in ASCII. */
  jsonMaxBytes: 64 * 1024,
  /** An uploaded image in bytes: a 4096 px PNG photograph fits. */
  uploadMaxBytes: 12 * 1024 * 1024,
  /** Width or height of an uploaded image in pixels: Figma's own limit. */
  imageMaxSidePx: 4096,
  /** Generations that may wait; the next is refused with 429, so memory stays bounded. */
  queueMax: 200,
  /**
   * Finished generations that are kept, bytes of their images, and the age of any kind of job but trainings; the oldest go until all
   * hold, starred ones never. An icon takes some 10 kB, so that the count binds for icons and the bytes for enlarged images.
   */
  historyMax: 100_000,
  historyMaxBytes: 20 * 1024 * 1024 * 1024,
  historyMaxAgeMs: 365 * 24 * 60 * 60 * 1000,
  /** Requests of one token in a minute; reading health, events and images, and deleting, is free. */
  requestsPerMinute: 600,
  /**
   * Milliseconds in which the child draws a job's images, shared where it draws several, and after which it drops the job; what a job
   * waits is not counted. The same for reading what it names, and for storing what is left when it is drawn.
   */
  attemptDeadlineMs: 60_000,
  /**
   * Times its deadline that an order waits for the inference child by the clock: one that the child never begins would keep its worker
   * as long as others come. `jobsParallelMax` jobs that each took all of their deadline would be over before.
   */
  orderWaitDeadlinesMax: 10,
  /** An inference child that says nothing for this long hangs and is replaced; one run of a graph takes a second at most. */
  inferenceSilenceMs: 15_000,
  /** A command to the queue server is given up after so many milliseconds, and a lost connection is tried again this often at least. */
  queueCommandMs: 2000,
  queueReconnectMs: 2000,
  /**
   * A worker renews its hold on a job three times in `queueHoldMs`; who fails to has lost it, which another one finds out within two
   * times `queueLostCheckMs`: a lost worker's job goes on after 20 seconds at most.
   */
  queueHoldMs: 10_000,
  queueLostCheckMs: 5000,
  /** Pause between two looks for a job where no message announced one, and for jobs that stand in no line. */
  queueLookMs: 2000,
  /** Least time between two writes of a running job that has a new image: three frames of a screen. Its end does not wait. */
  queueReportMs: 50,
  /** The same where it reports progress alone: a bar that moves four times a second. Each write costs all processes together some 1 ms. */
  queueProgressMs: 250,
  queueRepairMs: 30_000,
  /** Workers say that they are there this often; one that was silent for longer is gone, and forgotten after a day. */
  workerAnnounceMs: 5000,
  workerSilenceMs: 15_000,
  workerKnownMs: 24 * 60 * 60 * 1000,
  /** The longest pause before a pack that could not be given or fetched is tried again; a fault that stays must not fill the log. */
  packRetryMaxMs: 10 * 60 * 1000,
  /** A publication waits so long for another of its name: longer than two renames on a slow disk. */
  publishWaitMs: 5000,
  /** So often a worker looks whether the store still has its packs: a request for each file. */
  packCheckMs: 10 * 60 * 1000,
  /** A job for which no live worker has the packs ends so long after: longer than a worker's upgrade and start. */
  workerAwaitMs: 10 * 60 * 1000,
  /** A look at whether the queue server and the store take a write, and how long its answer is used: anyone may ask. */
  readinessCheckMs: 3000,
  readinessKeptMs: 5000,
  /** Calls (inversions, families) that wait for a worker, and one that runs. */
  callsWaitingMax: 64,
  callDeadlineMs: 120_000,
  /** A request to a store of files; and how long a file that no job names is kept there: longer than any attempt. */
  storeRequestMs: 30_000,
  storeUnusedMs: 60 * 60 * 1000,
  /** Attempts of a job before it fails for good: a crash of the child costs one. */
  attemptsMax: 3,
  /** Generations of one batch, and its body in bytes: a page of named layers, each with a caption of any length. */
  batchMax: 200,
  batchJsonMaxBytes: 1024 * 1024,
  /** A batch waits so long for a queue server that is away, longer than its restart takes, and asks again after such pauses. */
  batchAwaitMs: 30_000,
  batchPauseMs: 500,
  /** A length of one page of the list of generations. */
  listMax: 100,
  /** Server-sent events: a comment line this often keeps proxies from closing an idle stream. */
  eventHeartbeatMs: 15_000,
  /** Least time between two events of a job that has not ended: three frames of a screen. */
  eventPauseMs: 50,
  /** A graceful stop waits this long for running jobs, then ends the child. */
  shutdownGraceMs: 10_000,
  /** After that a worker has so long to put its jobs back, and to say what it stored: longer than a restart of the queue server. */
  putBackMs: 5000,
  /** A process that still runs so long after its signal ends at once, before a supervisor kills it (deploy/tau.service). */
  stopMaxMs: 28_000,
  /** Jobs that run at once: jobs of one image each fill a batch of the flow; more would only wait inside the child. */
  jobsParallelMax: 8,
  /** Of those, jobs that also enlarge: they take seconds in one thread, and others would wait behind them. */
  slowJobsParallelMax: 2,
  /** Uploads decoded and stored at once; and bytes of uploads in memory, also of those that still come: eight of the largest. */
  uploadsParallelMax: 4,
  uploadsMaxBytes: 96 * 1024 * 1024,
  /** Inversions that run at once and that wait for their turn; the next is refused with 429. */
  inversionsParallelMax: 4,
  inversionsWaitingMax: 64,
  /** Decoded images kept in memory by digest: an edit is tried in many variants. Each is 256 kB at 128 px, a sketch 4 MB at 512. */
  decodedImagesMax: 32,
  /** An ONNX file in bytes: protobuf ends at 2 GiB, and file and session must fit into memory together; larger weights go beside it. */
  onnxMaxBytes: 1024 * 1024 * 1024,
  /** Uploaded images kept on disk, in bytes; the oldest go first. */
  uploadsKeptMaxBytes: 1024 * 1024 * 1024,
  /** Milliseconds after which an upload that nothing used is removed, as results are. */
  uploadsKeptMs: 365 * 24 * 60 * 60 * 1000,
  /** So long an upload stays after its last use, up to twice as many bytes: its client has the answer and is about to name it. */
  uploadsKeptLeastMs: 10 * 60 * 1000,
  /** Examples of a training: fewer teach a flow nothing that its start does not know, more than these belong to the command line. */
  examplesMin: 20,
  examplesMax: 5000,
  /** Captions of one example: names and a few ways to say the same. */
  exampleCaptionsMax: 8,
  /** Body of a training's request in bytes: `examplesMax` examples with a sentence each. */
  trainingJsonMaxBytes: 4 * 1024 * 1024,
  /** Optimiser steps of a training; 400 are the default and take minutes. */
  trainingStepsMax: 10_000,
  /** Images of one step: memory grows with it. */
  trainingBatchMax: 512,
  /** Trainings that may wait; each keeps its examples' uploads from being swept. */
  trainingsWaitingMax: 20,
  /** Finished trainings kept for the list, with their previews; the oldest go first. */
  trainingsKeptMax: 100,
  /** A training child that says nothing for this long hangs and is ended; one step or one read image takes seconds at most. */
  trainingSilenceMs: 120_000,
  /** A training that is to stop has this long to write its checkpoint. */
  trainingStopGraceMs: 15_000,
  /** A training that found the disk full is tried again this often, until someone has made room. */
  trainingStorageRetryMs: 60_000,
  /** Characters of an `Idempotency-Key`. */
  idempotencyKeyMaxChars: 200,
  /** Default length of one page of the list of generations. */
  listDefault: 20,
  /**
   * Open connections, so that slow clients can't use up all file descriptors: of more, the one that is the longest without a request
   * goes. Where all have requests, so many more are open for the answer to come again.
   */
  connectionsMax: 256,
  connectionsSurplusMax: 256,
  /** Requests of one connection that wait for an answer: browsers send the next one after it. */
  pipelinedMax: 4,
  /** A client has this long to send its headers, and its whole request: a slower one is answered 408 and closed. */
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  /** A socket on which nothing moves for this long is closed; the heartbeat keeps event streams above it. */
  idleTimeoutMs: 60_000,
  /** A checkpoint in bytes: the largest that the paper used has 1 GB; a Lightning file holds optimiser states beside it, thrice as much. */
  checkpointMaxBytes: 16 * 1024 * 1024 * 1024,
  /** Tensors of a checkpoint, and entries of its zip archive: a flow of 24 blocks has 800, with optimiser states 3,000. */
  checkpointTensorsMax: 50_000,
  /** A checkpoint's pickle or header in bytes, which is read whole: names, shapes and settings, without values. */
  checkpointHeaderMaxBytes: 32 * 1024 * 1024,
  /** Values that a checkpoint's pickle makes or copies: a tensor takes some 30, so that a file of 50,000 of them fits twice. */
  checkpointValuesMax: 4_000_000,
  /** One tensor of a checkpoint in bytes: 250,000 words of 1,024 values fit. */
  checkpointTensorMaxBytes: 1024 * 1024 * 1024,
  /** How many times larger an entry may be than what it is compressed to: weights hardly shrink, and zeros beyond this are an attack. */
  checkpointRatioMax: 200,
  /** Containers inside containers of a checkpoint; state dicts have two or three. */
  checkpointNestingMax: 32,
  /** Attempts of one download, each going on where the last one stopped, and the wait before the next, times its number. */
  downloadAttemptsMax: 5,
  downloadRetryMs: 1000,
  /** A download on which nothing comes for this long is broken off and tried again. */
  downloadSilenceMs: 60_000,
} as const;
