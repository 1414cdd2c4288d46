import { isList, isMap, type Resource } from '../evaluation/values.ts';
import type { Combination } from './combination.ts';
import { type Sight, titleOf } from './sight.ts';

/**
 * A listener for HTTPS or TLS needs its certificate from the start; others can only be added to it.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-listener.html
 */
export function secureListeners({ certain, part }: Sight): Combination[] {
  const listeners = certain.filter(({ type }) => type === 'AWS::ElasticLoadBalancingV2::Listener');
  return listeners.flatMap((listener): Combination[] => {
    const protocol = part(listener, 'Protocol');
    if ((protocol.value !== 'HTTPS' && protocol.value !== 'TLS') || !lacksCertificate(listener)) return [];
    return [
      {
        stack: listener.stack,
        parameters: protocol.parameter === undefined ? [] : [protocol.parameter],
        what: `${titleOf(listener)} is for ${protocol.value} and has no certificate`,
        seen: `${protocol.text}, Certificates empty`,
        fix: 'Give the ARN of a certificate in `Certificates`, or create the listener only under a condition',
        place: listener.place(['Properties', 'Certificates']),
      },
    ];
  });
}

function lacksCertificate({ property }: Resource): boolean {
  const certificates = property('Certificates');
  if (certificates === undefined) return true;
  if (!isList(certificates)) return false;
  return certificates.every(item => isMap(item) && (item.CertificateArn ?? '') === '');
}
