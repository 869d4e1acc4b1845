/** Element types of checkpoints: their names in PyTorch and safetensors, their sizes, and their values as float32. Little-endian, as all formats are. */
import { floatsOf } from "../onnx/float16.ts";

/** Bytes of one element. */
export const elementBytes = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
} as const;

export type ElementType = keyof typeof elementBytes;

/** PyTorch names a tensor's type by the class of its storage. */
export const typeOfStorage: Readonly<Record<string, ElementType>> = {
  DoubleStorage: "float64",
  FloatStorage: "float32",
  HalfStorage: "float16",
  BFloat16Storage: "bfloat16",
  LongStorage: "int64",
  IntStorage: "int32",
  ShortStorage: "int16",
  CharStorage: "int8",
  ByteStorage: "uint8",
  BoolStorage: "bool",
};

export const typeOfSafetensors: Readonly<Record<string, ElementType>> = {
  F64: "float64",
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  I64: "int64",
  I32: "int32",
  I16: "int16",
  I8: "int8",
  U8: "uint8",
  BOOL: "bool",
};

/** Values as float32. A float32 buffer is used as it is: its bytes must begin at a multiple of 8. */
export function toFloat32(bytes: Uint8Array<ArrayBuffer>, type: ElementType): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  const length = byteLength / elementBytes[type];
  switch (type) {
    case "float32":
      return new Float32Array(buffer, byteOffset, length);
    case "float64":
      return Float32Array.from(new Float64Array(buffer, byteOffset, length));
    case "float16":
      return floatsOf(new Uint16Array(buffer, byteOffset, length));
    case "bfloat16":
      return new Float32Array(
        Uint32Array.from(new Uint16Array(buffer, byteOffset, length), (half) => half << 16).buffer,
      );
    case "int64":
      return Float32Array.from(new BigInt64Array(buffer, byteOffset, length), Number);
    case "int32":
      return Float32Array.from(new Int32Array(buffer, byteOffset, length));
    case "int16":
      return Float32Array.from(new Int16Array(buffer, byteOffset, length));
    case "int8":
      return Float32Array.from(new Int8Array(buffer, byteOffset, length));
    case "uint8":
    case "bool":
      return Float32Array.from(bytes);
  }
}
