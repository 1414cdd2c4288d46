import { structures, text, texts } from '../wire/params.ts';
import { jsonService, type Service } from '../wire/service.ts';
import { tagList } from './members.ts';

/** A resource as the tagging API sees it. */
export interface Tagged {
  arn: string;
  tags: Readonly<Record<string, string>>;
}

/** The Resource Groups Tagging API. `list`: what there is of a type such as `ecr:repository`, by region. */
export function taggingService(list: Readonly<Record<string, (region: string) => Tagged[]>>): Service {
  return jsonService({
    GetResources: ({ region }, params) => {
      const types = texts(params, 'ResourceTypeFilters') ?? Object.keys(list);
      const filters = (structures(params, 'TagFilters') ?? []).map(filter => ({
        key: text(filter, 'Key') ?? '',
        values: texts(filter, 'Values') ?? [],
      }));
      const matches = ({ tags }: Tagged) =>
        filters.every(({ key, values }) => key in tags && (values.length === 0 || values.includes(tags[key] ?? '')));
      const found = types.flatMap(type => list[type]?.(region) ?? []).filter(matches);
      return {
        PaginationToken: '',
        ResourceTagMappingList: found.map(({ arn, tags }) => ({ ResourceARN: arn, Tags: tagList(tags) })),
      };
    },
  });
}
