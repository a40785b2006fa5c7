// Loaded into a program before its own code (`node --require`): names and addresses of a network that is not there. `TEST_NETWORK` is JSON:
//
// names   name → answers in turn, the last one again and again; an answer is a list of addresses. Other names below `test` do not
//         exist; what is no name here is the system's.
// hosts   addresses that are this machine's loopback, at every port; the program sees itself connected to them.
// masks   the same, but the program sees itself connected to loopback: as if a name had led elsewhere than it was looked up.
//
// Every other address but loopback refuses connections, so that no test leaves the machine.
const dns = require('node:dns');
const promises = require('node:dns/promises');
const { isIPv6 } = require('node:net');

const { names = {}, hosts = [], masks = [] } = JSON.parse(process.env.TEST_NETWORK ?? '{}');
const REFUSED = -111; // ECONNREFUSED
const turns = new Map();

function answer(host) {
  const name = host.toLowerCase().replace(/\.$/, '');
  const answers = names[name];
  if (answers === undefined) return name.endsWith('.test') ? [] : undefined;
  const turn = turns.get(name) ?? 0;
  turns.set(name, turn + 1);
  return answers[Math.min(turn, answers.length - 1)].map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
}

const missing = (host) => Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });

const lookup = dns.lookup;
dns.lookup = (host, options, callback) => {
  const found = answer(host);
  if (found === undefined) return lookup(host, options, callback);
  const done = typeof options === 'function' ? options : callback;
  const all = typeof options === 'object' && options.all === true;
  process.nextTick(() => {
    if (found.length === 0) done(missing(host));
    else if (all) done(null, found);
    else done(null, found[0].address, found[0].family);
  });
};

const lookupPromise = promises.lookup;
promises.lookup = async (host, options) => {
  const found = answer(host);
  if (found === undefined) return lookupPromise(host, options);
  if (found.length === 0) throw missing(host);
  return options?.all === true ? found : found[0];
};

const { TCP } = process.binding('tcp_wrap');
const { connect, connect6, getpeername } = TCP.prototype;
const reached = new WeakMap();
const isLocal = (address) => /^(127\.|0\.0\.0\.0$|::1?$|::ffff:(127\.|7f|0\.0\.0\.0))/i.test(address);

TCP.prototype.connect = function (request, address, port) {
  if (hosts.includes(address)) reached.set(this, { address, family: 'IPv4', port });
  else if (!masks.includes(address)) return isLocal(address) ? connect.call(this, request, address, port) : REFUSED;
  return connect.call(this, request, '127.0.0.1', port);
};
TCP.prototype.connect6 = function (request, address, port) {
  if (hosts.includes(address)) reached.set(this, { address, family: 'IPv6', port });
  else if (!masks.includes(address)) return isLocal(address) ? connect6.call(this, request, address, port) : REFUSED;
  // The socket speaks IPv6 already.
  return connect6.call(this, request, '::ffff:127.0.0.1', port);
};
TCP.prototype.getpeername = function (into) {
  const seen = reached.get(this);
  if (seen === undefined) return getpeername.call(this, into);
  Object.assign(into, seen);
  return 0;
};
