const ECR = '000000000000.dkr.ecr.us-east-1.amazonaws.com';

/** Images that the shipped templates accept by their form; where no containers are started, none has to exist. */
export const DEMO_IMAGES = {
  'image-uri': `${ECR}/zap-app@sha256:${'a'.repeat(64)}`,
  'collector-image-uri': `${ECR}/adot-collector@sha256:${'b'.repeat(64)}`,
};
