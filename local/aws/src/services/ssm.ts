import { AwsError } from '../wire/aws-error.ts';
import { type Params, requiredText, text, texts } from '../wire/params.ts';
import { jsonService, type Service } from '../wire/service.ts';

/** A stored parameter. */
export interface SsmParameter {
  name: string;
  type: string;
  value: string;
  version: number;
}

/** Parameters by region and name; stacks read them through `AWS::SSM::Parameter::Value<…>`. */
export class SsmStore {
  readonly regions: Record<string, Record<string, SsmParameter>> = {};

  get(region: string, name: string): SsmParameter | undefined {
    return this.regions[region]?.[name];
  }

  put(region: string, parameter: Omit<SsmParameter, 'version'>): SsmParameter {
    const stored = { ...parameter, version: (this.get(region, parameter.name)?.version ?? 0) + 1 };
    this.regions[region] = { ...this.regions[region], [parameter.name]: stored };
    return stored;
  }
}

/** AWS Systems Manager Parameter Store, as far as templates need it. `find` also sees parameters that stacks made. */
export function ssmService(
  store: SsmStore,
  account: string,
  find: (region: string, name: string) => string | undefined,
): Service {
  const describe = (region: string, name: string) => {
    const Value = find(region, name);
    if (Value === undefined) return undefined;
    const { type = 'String', version = 1 } = store.get(region, name) ?? {};
    const ARN = `arn:aws:ssm:${region}:${account}:parameter/${name.replace(/^\//, '')}`;
    return { Name: name, Type: type, Value, Version: version, ARN, DataType: 'text' };
  };
  return jsonService({
    GetParameter: ({ region }, params) => {
      const Parameter = describe(region, requiredText(params, 'Name'));
      if (!Parameter) throw new AwsError('ParameterNotFound', '');
      return { Parameter };
    },
    GetParameters: ({ region }, params) => {
      const names = texts(params, 'Names') ?? [];
      const found = names.flatMap(name => describe(region, name) ?? []);
      return {
        Parameters: found,
        InvalidParameters: names.filter(name => !found.some(parameter => parameter.Name === name)),
      };
    },
    PutParameter: ({ region }, params: Params) => {
      const name = requiredText(params, 'Name');
      if (store.get(region, name) && text(params, 'Overwrite') !== 'true') {
        throw new AwsError(
          'ParameterAlreadyExists',
          'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
        );
      }
      const { version } = store.put(region, {
        name,
        type: text(params, 'Type') ?? 'String',
        value: requiredText(params, 'Value'),
      });
      return { Version: version, Tier: 'Standard' };
    },
  });
}
