import { describe, expect, it } from 'vitest';
import { renderFault } from '../runner/fault.ts';
import { parseTemplate } from './template.ts';

const faultsOf = (text: string) => {
  const parsed = parseTemplate(text, 't.yaml');
  return 'faults' in parsed ? parsed.faults.map(renderFault) : [];
};

function templateOf(text: string) {
  const parsed = parseTemplate(text, 't.yaml');
  if ('faults' in parsed) throw new Error(parsed.faults.map(renderFault).join('\n'));
  return parsed.template;
}

describe('a template', () => {
  it('tells its parameters as CloudFormation reads them', () => {
    const { parameters } = templateOf(`
Parameters:
  Count: { Type: Number, Default: 2, MinValue: "1", AllowedValues: [1, 2] }
  Secret: { Type: String, NoEcho: true }
Resources: { A: { Type: "AWS::S3::Bucket" } }`);
    expect(parameters.Count).toMatchObject({ default: '2', minValue: 1, allowedValues: ['1', '2'], noEcho: false });
    expect(parameters.Secret).toMatchObject({ default: undefined, noEcho: true });
  });

  it.each([
    ['no IAM', 'A: { Type: "AWS::S3::Bucket" }', '', []],
    ['IAM', 'A: { Type: "AWS::IAM::Role", Properties: { Path: / } }', '', ['CAPABILITY_IAM']],
    ['IAM with a name', 'A: { Type: "AWS::IAM::Role", Properties: { RoleName: x } }', '', ['CAPABILITY_NAMED_IAM']],
    [
      'both kinds',
      'A: { Type: "AWS::IAM::Role" }\n  B: { Type: "AWS::IAM::User", Properties: { UserName: x } }',
      '',
      ['CAPABILITY_NAMED_IAM'],
    ],
    ['a macro', 'A: { Type: "AWS::S3::Bucket" }', 'Transform: AWS::LanguageExtensions', ['CAPABILITY_AUTO_EXPAND']],
    [
      'a macro inside',
      'A: { Type: "AWS::S3::Bucket", Properties: { "Fn::Transform": { Name: M } } }',
      '',
      ['CAPABILITY_AUTO_EXPAND', 'CAPABILITY_NAMED_IAM'],
    ],
    [
      'SAM',
      'A: { Type: "AWS::Serverless::Function" }',
      'Transform: AWS::Serverless-2016-10-31',
      ['CAPABILITY_AUTO_EXPAND', 'CAPABILITY_NAMED_IAM'],
    ],
    [
      'an include',
      'A: { Type: "AWS::S3::Bucket", Properties: { "Fn::Transform": { Name: AWS::Include } } }',
      '',
      ['CAPABILITY_AUTO_EXPAND'],
    ],
    [
      'IAM in a loop',
      '"Fn::ForEach::Each": [N, [a], { "R${N}": { Type: "AWS::IAM::Role" } }]',
      'Transform: AWS::LanguageExtensions',
      ['CAPABILITY_AUTO_EXPAND', 'CAPABILITY_IAM'],
    ],
    [
      'a nested stack',
      'A: { Type: "AWS::CloudFormation::Stack" }',
      '',
      ['CAPABILITY_AUTO_EXPAND', 'CAPABILITY_NAMED_IAM'],
    ],
  ])('needs capabilities for %s', (_, resources, head, capabilities) => {
    expect(templateOf(`${head}\nResources:\n  ${resources}`).capabilities).toEqual(capabilities);
  });

  it('keeps parameters as they are written, where YAML would make other values of them', () => {
    const { parameters } = templateOf(`
Parameters:
  Account: { Type: String, Default: 012345678901 }
  Version: { Type: String, Default: 1.10 }
  Flag: { Type: String, Default: N, AllowedValues: [Y, N] }
  Big: { Type: Number, Default: 12345678901234567890 }
  None: { Type: String, Default: "" }
Resources: { Y: { Type: "AWS::S3::Bucket" }, N: { Type: "AWS::S3::Bucket", DependsOn: Y } }`);
    expect(Object.values(parameters).map(parameter => parameter.default)).toEqual([
      '012345678901',
      '1.10',
      'N',
      '12345678901234567890',
      '',
    ]);
    expect(parameters.Flag?.allowedValues).toEqual(['Y', 'N']);
  });

  it('lists exports and imports', () => {
    const { exports, imports } = templateOf(`
Resources: { A: { Type: "AWS::S3::Bucket", Properties: { BucketName: !ImportValue other } } }
Outputs: { O: { Value: 1, Export: { Name: !Sub "\${AWS::StackName}-o" } }, P: { Value: 2 } }`);
    expect(exports).toEqual([{ 'Fn::Sub': '${AWS::StackName}-o' }]);
    expect(imports).toEqual(['other']);
  });
});

const RESOURCE = 'Type: "AWS::S3::Bucket"';

describe('a broken template is refused with its place', () => {
  it.each([
    ['broken YAML', 'Resources:\n  A: [', 't.yaml:2:7: Broken template'],
    ['empty', '', 'Seen: an empty file'],
    ['no mapping', 'just words', 'A template must be a mapping'],
    ['no resources', 'Parameters: {}', 't.yaml:1:1: `Resources` must be a mapping'],
    ['an alias of nothing', 'Resources:\n  A: *nope', 't.yaml:2:6: Broken template: No anchor `&nope`'],
    ['a resource without a type', 'Resources:\n  A: { Properties: {} }', 't.yaml:2:3: Resource `A` has no `Type`'],
    [
      'a parameter without a type',
      `Parameters:\n  P: {}\nResources: { A: { ${RESOURCE} } }`,
      't.yaml:2:3: Parameter `P` has no `Type`',
    ],
    [
      'Ref to nothing',
      `Resources:\n  A: { ${RESOURCE}, Properties: { BucketName: !Ref Bukket } }\n  Bucket: { ${RESOURCE} }`,
      't.yaml:2:47: Parameter or resource `Bukket` is not defined in this template. Did you mean `Bucket`?',
    ],
    [
      'GetAtt of nothing',
      `Resources:\n  A: { ${RESOURCE}, Properties: { BucketName: !GetAtt B.Arn } }`,
      'Resource `B` is not defined',
    ],
    [
      'Sub of nothing',
      `Resources:\n  A: { ${RESOURCE}, Properties: { BucketName: !Sub "x-\${B.Arn}" } }`,
      '`B` is not defined',
    ],
    ['an unknown condition', `Resources:\n  A: { ${RESOURCE}, Condition: C }`, 'Condition `C` is not defined'],
    [
      'an unknown condition in If',
      `Resources:\n  A: { ${RESOURCE}, Properties: { BucketName: !If [C, a, b] } }`,
      'Condition `C` is not defined',
    ],
    ['DependsOn nothing', `Resources:\n  A: { ${RESOURCE}, DependsOn: [A, B] }`, 'Resource `B` is not defined'],
    [
      'an unknown mapping',
      `Resources:\n  A: { ${RESOURCE}, Properties: { BucketName: !FindInMap [M, a, b] } }`,
      'Mapping `M` is not defined',
    ],
    [
      'an output of nothing',
      `Resources: { A: { ${RESOURCE} } }\nOutputs: { O: { Value: !Ref B } }`,
      '`B` is not defined',
    ],
  ])('%s', (_, text, message) => {
    expect(faultsOf(text).join('\n')).toContain(message);
  });

  it.each([
    ['literals and given names in Sub', 'Properties: { BucketName: !Sub ["${!B}-${C}", { C: 1 }] }'],
    ['pseudo parameters', 'Properties: { BucketName: !Sub "${AWS::Region}-${AWS::StackName}" }'],
    ["an IAM statement's own condition", 'Properties: { Tags: [{ Condition: { StringEquals: { a: b } } }] }'],
  ])('accepts %s', (_, properties) => {
    expect(faultsOf(`Resources:\n  A: { ${RESOURCE}, ${properties} }`)).toEqual([]);
  });
});
