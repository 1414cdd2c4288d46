import * as v from 'valibot';

/** The environment as a mapping; a variable without a value, and absent outside too, is null. */
const environment = v.record(v.string(), v.nullable(v.string()));

const serviceSchema = v.object({
  image: v.optional(v.string()),
  build: v.optional(v.unknown()),
  container_name: v.optional(v.string()),
  network_mode: v.optional(v.string()),
  networks: v.nullish(v.record(v.string(), v.nullable(v.object({ aliases: v.optional(v.array(v.string())) })))),
  environment: v.nullish(environment),
  healthcheck: v.optional(
    v.object({
      disable: v.optional(v.boolean()),
      test: v.optional(v.nullable(v.array(v.string()))),
      interval: v.optional(v.string()),
      retries: v.optional(v.number()),
    }),
  ),
  ports: v.optional(
    v.array(
      v.object({
        target: v.number(),
        published: v.optional(v.string()),
        host_ip: v.optional(v.string()),
        protocol: v.optional(v.string()),
      }),
    ),
  ),
});

/** A volume or a network, with the name that it has on the machine. */
const sharedSchema = v.record(
  v.string(),
  v.nullable(v.object({ name: v.optional(v.string()), external: v.optional(v.boolean()) })),
);

const modelSchema = v.object({
  services: v.record(v.string(), serviceSchema),
  volumes: v.optional(sharedSchema),
  networks: v.optional(sharedSchema),
});

/** One service of a compose project, with everything resolved that Compose resolves. */
export type Service = v.InferOutput<typeof serviceSchema>;

/** A compose project as Compose itself understands it: files merged, variables filled in. It may hold secrets. */
export type Model = v.InferOutput<typeof modelSchema>;

/** Reads the output of `docker compose config --format json`. */
export function readModel(output: string): Model {
  return v.parse(modelSchema, JSON.parse(output));
}

/** Whether a service says how its health is seen: a check of its own, or settings for the one that lives in its image. */
export function hasHealthCheck({ healthcheck }: Service): boolean {
  return healthcheck !== undefined && healthcheck.disable !== true && healthcheck.test?.[0] !== 'NONE';
}
