/** Weights of the doubt by kind of input and factor, in the order of `doubtFeatures`; written by server/pretrain/super-resolution/fit-doubt.mts. */
export const doubtWeights = {
  "photograph-2": [-0.0776, 0.2739, 0.1163, -0.1185, 0.3179, 0.2862],
  "photograph-4": [1.2598, 0.0755, 0.5901, -0.1964, 0.2312, 0.1475],
  "jpeg-2": [1.5767, 0.2599, 0.1693, -0.2938, 0.2516, 0.2703],
  "jpeg-4": [2.0902, 0.1015, 0.4773, -0.2091, 0.217, 0.1056],
  "drawn-2": [1.349, -0.1456, 0.7414, -0.4507, 0.291, 0.3514],
  "drawn-4": [1.349, -0.1456, 0.7414, -0.4507, 0.291, 0.3514],
} as const;
