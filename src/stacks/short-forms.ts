import { Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';

/** The intrinsic functions that have a short form, those of rules among them; `Ref` and `Condition` carry no `Fn::` prefix in their long form. */
const SHORT_FORMS = [
  'And',
  'Base64',
  'Cidr',
  'Condition',
  'Contains',
  'EachMemberEquals',
  'EachMemberIn',
  'Equals',
  'FindInMap',
  'ForEach',
  'GetAtt',
  'GetAZs',
  'GetStackOutput',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'Ref',
  'RefAll',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
  'ValueOf',
  'ValueOfAll',
];

/** YAML tags that put CloudFormation's short forms (`!Ref x`) into their long form (`{ Ref: 'x' }`). */
export const SHORT_FORM_TAGS = SHORT_FORMS.flatMap(name => {
  const longForm = name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`;
  const wrap = (node: YAMLMap | YAMLSeq) => {
    const map = new YAMLMap();
    map.add(new Pair(new Scalar(longForm), node));
    return map;
  };
  return [
    {
      tag: `!${name}`,
      resolve: (text: string) => ({ [longForm]: name === 'GetAtt' ? splitAttribute(text) : text }),
    },
    { tag: `!${name}`, collection: 'seq' as const, nodeClass: YAMLSeq, resolve: wrap as never },
    { tag: `!${name}`, collection: 'map' as const, nodeClass: YAMLMap, resolve: wrap as never },
  ];
});

/** `Resource.Outputs.Key` → `['Resource', 'Outputs.Key']`: only the first dot separates. */
function splitAttribute(text: string): string[] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}
