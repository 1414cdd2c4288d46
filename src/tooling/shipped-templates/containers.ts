import { application, type Json, type JsonMap } from './templates.ts';
import { only } from './walk.ts';

export const containers = only(application, 'AWS::ECS::TaskDefinition').ContainerDefinitions as JsonMap[];
export const [app, collector] = ['app', 'collector'].map(name =>
  containers.find(container => container.Name === name),
) as [JsonMap, JsonMap];
export const environment = (container: JsonMap) =>
  Object.fromEntries((container.Environment as { Name: string; Value: Json }[]).map(item => [item.Name, item.Value]));
