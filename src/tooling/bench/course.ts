/** One stack of the race. */
export interface Leg {
  name: string;
  /** How long its resources take at pace 1. */
  seconds: number;
  /** The names of the stacks whose outputs feed it. */
  needs: readonly string[];
}

/** The race: one stack after another, each fed by those before it. */
export const CHAIN: readonly Leg[] = [
  { name: 'network', seconds: 20, needs: [] },
  { name: 'data', seconds: 15, needs: ['network'] },
  { name: 'service', seconds: 25, needs: ['network', 'data'] },
];

/** The same stacks where the first two do not need one another. */
export const FORK: readonly Leg[] = CHAIN.map(leg => (leg.name === 'data' ? { ...leg, needs: [] } : leg));

/** The golden ratio's fractional part: its multiples spread evenly, and are no seed that one could choose. */
const STEP = (Math.sqrt(5) - 1) / 2;

/**
 * The durations of one race, each up to a tenth more or less than it says: who looks every two or five seconds shall not
 * happen to fit 20, 15 and 25. They are the same for everybody in a race, and in each race of that number.
 */
export function varied(legs: readonly Leg[], race: number): Leg[] {
  return legs.map((leg, index) => {
    const spread = ((race * legs.length + index + 1) * STEP) % 1;
    return { ...leg, seconds: Math.round(leg.seconds * (0.9 + 0.2 * spread) * 100) / 100 };
  });
}

/** How outputs come to later stacks: as parameters, or through exports of this prefix. */
export type Threading = { by: 'parameters' } | { by: 'exports'; prefix: string };

/** The parameter and output by which a stack feeds others. */
export function outputOf(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}Topic`;
}

/**
 * A leg's template: two resources after one another that take its time, and one beside them that takes less. No type is one
 * that zap-obs knows to be slow.
 */
export function templateOf({ name, seconds, needs }: Leg, threading: Threading): Record<string, unknown> {
  const taking = (share: number) => ({ 'zap-local:seconds': Math.round(seconds * share * 1000) / 1000 });
  const inputs = needs.map(outputOf);
  const exported = (output: string) => threading.by === 'exports' && `${threading.prefix}-${output}`;
  const received = (input: string) => {
    const name = exported(input);
    return name ? { 'Fn::ImportValue': name } : { Ref: input };
  };
  const output = outputOf(name);
  const exportName = exported(output);
  return {
    ...(threading.by === 'parameters' &&
      inputs.length > 0 && { Parameters: Object.fromEntries(inputs.map(input => [input, { Type: 'String' }])) }),
    Resources: {
      Topic: { Type: 'AWS::SNS::Topic', Metadata: taking(0.4) },
      Log: { Type: 'AWS::Logs::LogGroup', DependsOn: 'Topic', Metadata: taking(0.6) },
      Wiring: {
        Type: 'AWS::SSM::Parameter',
        Properties: { Type: 'String', Value: { 'Fn::Join': [',', [name, ...inputs.map(received)]] } },
        Metadata: taking(0.2),
      },
    },
    Outputs: { [output]: { Value: { Ref: 'Topic' }, ...(exportName && { Export: { Name: exportName } }) } },
  };
}
