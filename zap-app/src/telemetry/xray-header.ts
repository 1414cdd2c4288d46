/** What `X-Amzn-Trace-Id` says. */
export interface XRayHeader {
  /** 32 hex digits, lower case. */
  traceId: string;
  /** 16 hex digits; absent when a load balancer made the header, which is no span itself. */
  parentId?: string;
  /** Undecided: no `Sampled`, or `Sampled=?`. */
  wish: 'sampled' | 'not sampled' | 'undecided';
}

const ROOT = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/;
const PARENT = /^[0-9a-f]{16}$/;
const LONGEST = 1024;

/**
 * Reads `Root=1-8hex-24hex;Parent=16hex;Sampled=0|1|?`, in any order, amid fields such as `Self` and `Lineage`.
 * Source: X-Ray developer guide, "Tracing header"; Elastic Load Balancing user guide, "Request tracing".
 *
 * @returns nothing when there is no usable trace id
 */
export function parseXRayHeader(header: string): XRayHeader | undefined {
  if (header.length > LONGEST) return undefined;
  const fields = new Map(
    header.split(';').map(field => {
      const [name = '', value = ''] = field.split('=');
      return [name.trim().toLowerCase(), value.trim().toLowerCase()] as const;
    }),
  );
  const root = ROOT.exec(fields.get('root') ?? '');
  if (!root) return undefined;
  const traceId = `${root[1]}${root[2]}`;
  if (isZero(traceId)) return undefined;
  const parentId = fields.get('parent') ?? '';
  const sampled = fields.get('sampled');
  return {
    traceId,
    ...(PARENT.test(parentId) && !isZero(parentId) && { parentId }),
    wish: sampled === '1' ? 'sampled' : sampled === '0' ? 'not sampled' : 'undecided',
  };
}

function isZero(hex: string): boolean {
  return /^0+$/.test(hex);
}
