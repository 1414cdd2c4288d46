import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';

type Spec = Awaited<ReturnType<typeof loadAwsServiceSpec>>;

/** The official schema of one resource type, as the AWS CDK's service spec holds it. */
export type ResourceSchema = NonNullable<ReturnType<typeof find>>;
/** What a schema says of one property: its type, whether it is required, what its change causes. */
export type PropertySchema = ResourceSchema['properties'][string];
/** The kind of a property's value, e.g. a list of strings, or a reference to a type with properties of its own. */
export type PropertyType = PropertySchema['type'];

/** Whether a change makes CloudFormation create the resource anew. */
export type Recreation = 'Never' | 'Conditionally' | 'Always';

function find(spec: Spec, type: string) {
  return spec.lookup('resource', 'cloudFormationType', 'equals', type)[0];
}

/** The resource types that the local AWS knows: all that @aws-cdk/aws-service-spec describes. Loading takes about 0.4 s. */
export class ResourceCatalog {
  static #loaded: Promise<ResourceCatalog> | undefined;
  readonly #spec: Spec;

  private constructor(spec: Spec) {
    this.#spec = spec;
  }

  /** The one catalog of the process: it never changes, so all local AWSs share it. */
  static load(): Promise<ResourceCatalog> {
    ResourceCatalog.#loaded ??= loadAwsServiceSpec().then(spec => new ResourceCatalog(spec));
    return ResourceCatalog.#loaded;
  }

  has(type: string): boolean {
    return find(this.#spec, type) !== undefined;
  }

  /** Throws for a type that `has` does not know: templates are checked before resources are made. */
  schema(type: string): ResourceSchema {
    const schema = find(this.#spec, type);
    if (!schema) throw new Error(`no schema for ${type}`);
    return schema;
  }

  /** Whether `Fn::GetAtt` may ask for it; a nested stack has whatever its template puts out. */
  hasAttribute(type: string, attribute: string): boolean {
    if (type === 'AWS::CloudFormation::Stack' && attribute.startsWith('Outputs.')) return true;
    return Object.hasOwn(this.schema(type).attributes, attribute);
  }

  /** The properties of a type that a property's type points at; undefined for scalars, lists and free-form JSON. */
  membersOf(type: PropertyType): Readonly<Record<string, PropertySchema>> | undefined {
    return type.type === 'ref' ? this.#spec.get('typeDefinition', type.reference).properties : undefined;
  }

  /** The name of the property that takes tags and is filled with the stack's tags too; undefined where there is none. */
  tagProperty(type: string): string | undefined {
    return this.schema(type).tagInformation?.tagPropertyName;
  }

  /** Whether changing what stands at this path replaces the resource: the strictest word on the way down counts. */
  recreation(type: string, path: readonly (string | number)[]): Recreation {
    const schema = this.schema(type);
    const listed = schema.additionalReplacementProperties?.some(steps =>
      steps.every((step, index) => step === path[index]),
    );
    if (listed) return 'Always';
    let members: Readonly<Record<string, PropertySchema>> | undefined = schema.properties;
    let result: Recreation = 'Never';
    for (const step of path) {
      if (typeof step === 'number') continue;
      const property: PropertySchema | undefined = members?.[step];
      if (!property) break;
      if (property.causesReplacement === 'yes') return 'Always';
      if (property.causesReplacement === 'maybe') result = 'Conditionally';
      members = this.membersOf(elementType(property.type));
    }
    return result;
  }
}

/** What a list, map or union is made of; other types as they are. */
function elementType(type: PropertyType): PropertyType {
  if (type.type === 'array' || type.type === 'map') return elementType(type.element);
  if (type.type === 'union') return type.types.find(option => option.type === 'ref') ?? type;
  return type;
}
