import { XMLBuilder } from 'fast-xml-parser';
import type { AwsError } from './aws-error.ts';

const builder = new XMLBuilder({ ignoreAttributes: false, suppressEmptyNode: true, processEntities: true });

/** An answer's content: undefined members are left out, lists repeat `listItem`, dates are ISO 8601 in UTC. */
export type Answer = Readonly<Record<string, unknown>>;

/** How a service writes its XML: the namespace of the root, and the name of a list's items (none: the list's own name repeats). */
export interface XmlDialect {
  namespace: string;
  listItem?: string;
}

/** The answer of a Query-protocol service: `<ActionResponse><ActionResult>…</ActionResult><ResponseMetadata>…`. */
export function queryResponse(dialect: XmlDialect, action: string, answer: Answer, requestId: string): string {
  return document(`${action}Response`, dialect, {
    [`${action}Result`]: element(answer, dialect.listItem),
    ResponseMetadata: { RequestId: requestId },
  });
}

/** The answer of EC2: the members stand directly in `<ActionResponse>`, beside `<requestId>`. */
export function ec2Response(dialect: XmlDialect, action: string, answer: Answer, requestId: string): string {
  return document(`${action}Response`, dialect, {
    requestId,
    ...(element(answer, dialect.listItem) as Record<string, unknown>),
  });
}

/** A document of a REST-XML service. */
export function restDocument(root: string, dialect: XmlDialect, answer: Answer): string {
  return document(root, dialect, element(answer, dialect.listItem) as Record<string, unknown>);
}

/** An error in the shape of the Query protocol. `Type` says whose fault it is. */
export function queryError(dialect: XmlDialect, error: AwsError, requestId: string): string {
  const type = error.status < 500 ? 'Sender' : 'Receiver';
  return document('ErrorResponse', dialect, {
    Error: { Type: type, Code: error.code, Message: escapeReturns(error.message) },
    RequestId: requestId,
  });
}

/** An error in the shape of EC2. */
export function ec2Error(error: AwsError, requestId: string): string {
  return document('Response', undefined, {
    Errors: { Error: { Code: error.code, Message: escapeReturns(error.message) } },
    RequestID: requestId,
  });
}

/** An error in the shape of S3. */
export function s3Error(error: AwsError, requestId: string): string {
  return document('Error', undefined, { Code: error.code, Message: error.message, RequestId: requestId });
}

function document(root: string, dialect: XmlDialect | undefined, content: Record<string, unknown>): string {
  const body = builder.build({ [root]: { ...(dialect && { '@_xmlns': dialect.namespace }), ...content } });
  // XML readers turn a bare carriage return into a line feed; a template's text must come back as it was sent.
  return `<?xml version="1.0" encoding="UTF-8"?>\n${body.replaceAll(RETURN_MARK, '&#xD;')}`;
}

const RETURN_MARK = '\uE00D';

function escapeReturns(value: string): string {
  return value.replaceAll('\r', RETURN_MARK);
}

function element(value: unknown, listItem: string | undefined): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) {
    const items = value.map(item => element(item, listItem));
    return listItem === undefined ? items : { [listItem]: items };
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([name, member]) => [name, element(member, listItem)]),
    );
  }
  return escapeReturns(String(value));
}
