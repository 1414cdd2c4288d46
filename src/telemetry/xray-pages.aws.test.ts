import { expect, it } from 'vitest';
import type { JsonCall } from '../aws/json-client.aws.ts';
import { VirtualClock } from '../tooling/virtual-clock.ts';
import { DOCUMENTS, EXTERNAL_TRACE } from './fixtures.ts';
import { indexedSegments } from './xray-index.aws.ts';
import { retrievedSegments } from './xray-retrieval.aws.ts';

const Part = { Id: 'a', Document: DOCUMENTS[0] };

/** Always the same page, whose token leads to itself. */
function circle(): { xray: JsonCall; actions: string[] } {
  const actions: string[] = [];
  const page = {
    ...{ RetrievalToken: 'r', RetrievalStatus: 'COMPLETE', NextToken: 'same' },
    Traces: [{ Id: EXTERNAL_TRACE, Segments: [Part], Spans: [Part] }],
  };
  const xray = async (action: string) => {
    actions.push(action);
    if (actions.length > 10) throw new Error('goes round for ever');
    return page;
  };
  return { xray: xray as unknown as JsonCall, actions };
}

it('reads pages that lead to themselves once more at most', async () => {
  const index = circle();
  expect(await indexedSegments(index.xray, [EXTERNAL_TRACE])).toHaveLength(2);
  expect(index.actions).toHaveLength(2);
  const retrieval = circle();
  expect(await retrievedSegments(retrieval.xray, [EXTERNAL_TRACE], 0, new VirtualClock())).toHaveLength(2);
  expect(retrieval.actions).toHaveLength(3);
});

it('takes null for what is not there, as AWS means it', async () => {
  const page = { RetrievalToken: 'r', RetrievalStatus: 'COMPLETE', Traces: [{ Id: 'a', Segments: null, Spans: null }] };
  const xray = (async () => page) as unknown as JsonCall;
  expect(await indexedSegments(xray, [EXTERNAL_TRACE])).toEqual([]);
  expect(await retrievedSegments(xray, [EXTERNAL_TRACE], 0, new VirtualClock())).toEqual([]);
});
