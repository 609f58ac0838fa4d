// A model of the allocator that TensorFlow gives its CPU operations: best fit in regions that double in size, never
// given back. What counts is the memory ever touched, since that stays with the process.

const ALIGNMENT_BYTES = 256;
const FIRST_REGION_BYTES = 2 << 20;
/** A chunk that is larger than wanted is cut when it is twice as large, or larger by this much. */
const MOST_WASTE_BYTES = 128 << 20;

interface Chunk {
  region: Region;
  offset: number;
  size: number;
  free: boolean;
  previous: Chunk | null;
  next: Chunk | null;
}

interface Region {
  sizeBytes: number;
  touchedBytes: number;
}

export type Allocation = object;

export interface Allocator {
  allocate(bytes: number): Allocation;
  free(allocation: Allocation): void;
  /** Memory that has been used at some time. */
  touchedBytes(): number;
  /**
   * Address space that is taken for it, which `ulimit -d` counts. The last region counts as far as it has been used: near
   * a limit the allocator makes do with a smaller one.
   */
  reservedBytes(): number;
  /** Memory in use now. */
  liveBytes(): number;
}

/** An allocator that gives every byte back at once: what a program needs at least. */
export function createExactAllocator(): Allocator {
  let live = 0;
  let peak = 0;
  return {
    allocate(bytes) {
      live += bytes;
      peak = Math.max(peak, live);
      return { bytes };
    },
    free(allocation) {
      live -= (allocation as { bytes: number }).bytes;
    },
    touchedBytes: () => peak,
    reservedBytes: () => peak,
    liveBytes: () => live,
  };
}

/** TensorFlow's (tsl/framework/bfc_allocator), as its oneDNN builds use it on CPUs. */
export function createBestFitAllocator(): Allocator {
  const regions: Region[] = [];
  const freeChunks = new Set<Chunk>();
  let nextRegionBytes = FIRST_REGION_BYTES;
  let live = 0;

  function grow(bytes: number): void {
    let size = nextRegionBytes;
    while (size < bytes) size *= 2;
    nextRegionBytes = size === nextRegionBytes ? size * 2 : size;
    const region = { sizeBytes: size, touchedBytes: 0 };
    regions.push(region);
    freeChunks.add({ region, offset: 0, size, free: true, previous: null, next: null });
  }

  function findBest(bytes: number): Chunk | null {
    let best: Chunk | null = null;
    for (const chunk of freeChunks) {
      if (chunk.size >= bytes && (best === null || chunk.size < best.size)) best = chunk;
    }
    return best;
  }

  function cut(chunk: Chunk, bytes: number): void {
    if (chunk.size < 2 * bytes && chunk.size - bytes < MOST_WASTE_BYTES) return;
    const rest: Chunk = { ...chunk, offset: chunk.offset + bytes, size: chunk.size - bytes, previous: chunk };
    if (chunk.next) chunk.next.previous = rest;
    chunk.next = rest;
    chunk.size = bytes;
    freeChunks.add(rest);
  }

  function join(left: Chunk, right: Chunk): Chunk {
    freeChunks.delete(left);
    freeChunks.delete(right);
    left.size += right.size;
    left.next = right.next;
    if (right.next) right.next.previous = left;
    return left;
  }

  return {
    allocate(bytes) {
      const wanted = Math.max(1, Math.ceil(bytes / ALIGNMENT_BYTES)) * ALIGNMENT_BYTES;
      if (findBest(wanted) === null) grow(wanted);
      const chunk = findBest(wanted) as Chunk;
      cut(chunk, wanted);
      freeChunks.delete(chunk);
      chunk.free = false;
      live += chunk.size;
      chunk.region.touchedBytes = Math.max(chunk.region.touchedBytes, chunk.offset + wanted);
      return chunk;
    },
    free(allocation) {
      let chunk = allocation as Chunk;
      live -= chunk.size;
      chunk.free = true;
      if (chunk.next?.free) chunk = join(chunk, chunk.next);
      if (chunk.previous?.free) chunk = join(chunk.previous, chunk);
      freeChunks.add(chunk);
    },
    touchedBytes: () => regions.reduce((sum, region) => sum + region.touchedBytes, 0),
    reservedBytes: () =>
      regions.reduce(
        (sum, { sizeBytes, touchedBytes }, index) =>
          sum + (index === regions.length - 1 ? touchedBytes : sizeBytes),
        0,
      ),
    liveBytes: () => live,
  };
}
