/** The resource attribute by which the telemetry of a smoke test is told from any other; X-Ray indexes it. */
export const RUN_MARKER = 'zap_obs_run';
