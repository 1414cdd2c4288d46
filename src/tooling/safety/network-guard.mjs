// Loaded into a shipped action by `--import`: lets connections go to this machine only, and writes down where others would have
// gone. Names are looked up for this machine only, too.
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import net from 'node:net';

const OWN = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

function refuse(host) {
  appendFileSync(process.env.ZAP_NETWORK_RECORD ?? '', `${host}\n`);
  return Object.assign(new Error(`connect ENETUNREACH ${host}`), { code: 'ENETUNREACH' });
}

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function guarded(...args) {
  const [first] = Array.isArray(args[0]) ? args[0] : args;
  const host =
    typeof first === 'object' ? (first.path ? 'localhost' : (first.host ?? 'localhost')) : (args[1] ?? 'localhost');
  if (OWN.test(host)) return connect.apply(this, args);
  this.destroy(refuse(host));
  return this;
};

const { lookup } = dns;
dns.lookup = (host, ...rest) => {
  if (OWN.test(host)) return lookup(host, ...rest);
  const callback = rest.at(-1);
  process.nextTick(callback, refuse(host));
};
