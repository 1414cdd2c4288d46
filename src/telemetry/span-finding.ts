import type { Segment } from './backends.ts';
import type { ExpectedSpan } from './expectations.ts';
import type { Finding } from './finding.ts';
import { matchSpan, nameOfService, namesOf, type SpanMatch, tellMissing } from './span-match.ts';
import { xrayTraceId } from './trace-id.ts';

export function blankSpan({ name, kind, place }: ExpectedSpan): Finding {
  return { name: `span ${name} (${kind})`, passed: false, place };
}

/** Whether one segment is all that is expected of a span. */
export function isSpan(span: ExpectedSpan, segment: Segment, service: string): boolean {
  const match = matchSpan(span, segment, service);
  return match.isNamed && gap(match) === 0;
}

/** A span has arrived when one segment is all that is expected of it. */
export function judgeSpan(span: ExpectedSpan, segments: readonly Segment[], service: string): Finding {
  const blank = blankSpan(span);
  const attempts = segments.map(segment => ({ segment, match: matchSpan(span, segment, service) }));
  const named = attempts.filter(({ match }) => match.isNamed);
  const best = named.sort((one, other) => gap(one.match) - gap(other.match))[0];
  if (best) {
    const { match, segment } = best;
    const seen = `${segment.isSubsegment ? 'subsegment' : 'segment'} \`${segment.name}\` of ${xrayTraceId(segment.traceId)}`;
    if (gap(match) === 0) return { ...blank, passed: true, seen };
    return { ...blank, seen, ...explainSpan(span, match, segment, service) };
  }
  if (segments.length === 0) return blank;
  const names = [...new Set(segments.flatMap(segment => namesOf(segment, service)))].sort();
  const cause =
    names.length > 0
      ? `No span of that name is in the traces that have arrived; there are ${names
          .slice(0, 12)
          .map(name => `\`${name}\``)
          .join(', ')}`
      : 'The traces that have arrived have no span whose name can be known';
  const fix =
    'Check the name, and that a request leads to this span; a name that X-Ray does not keep is told by `http.route`';
  return { ...blank, seen: `${segments.length} segments of this run`, cause, fix };
}

function gap({ isOfKind, isOfService, missing }: SpanMatch): number {
  return (isOfKind ? 0 : 1000) + (isOfService ? 0 : 1000) + missing.length;
}

function explainSpan(
  span: ExpectedSpan,
  { isOfKind, isOfService, missing }: SpanMatch,
  segment: Segment,
  service: string,
): Pick<Finding, 'cause' | 'fix'> {
  if (!isOfKind) {
    const told = segment.namespace ? `a call (${segment.namespace})` : segment.isSubsegment ? 'internal' : "a server's";
    return {
      cause: `The span is there, but it is ${told}, not of kind ${span.kind}`,
      fix: 'Change `kind`, or the span',
    };
  }
  if (!isOfService) {
    const cause = `The span is there, but of service \`${nameOfService(segment)}\`, not \`${service}\``;
    return { cause, fix: 'Set `OTEL_SERVICE_NAME` of the application, or change `service`' };
  }
  return {
    cause: `The span is there, but not as expected: ${tellMissing(missing)}`,
    fix: 'Give the span these attributes, or change what `attributes` expects',
  };
}
