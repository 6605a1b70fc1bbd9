/** What the help of a command ends with. */
const EXAMPLES: Readonly<Record<string, readonly (readonly [line: string, meaning?: string])[]>> = {
  hellofin: [
    ['hellofin shop.example', 'all addresses, port 443'],
    ['hellofin shop.example:8443 imaps://mail.example'],
    ['hellofin 192.0.2.10 --sni shop.example', 'one address, under a name'],
    ['hellofin localhost:8443 --ca ca.pem -v', 'a private root; every message'],
    ['hellofin @hosts.txt --json --fail-on warning'],
    ['hellofin shop.example --save run.json', 'and later: hellofin explain run.json -vv'],
    ['hellofin cert shop.example', 'its certificates, and what is missing'],
    ['hellofin explain CERT_EXPIRED', 'a finding, an alert, an error text'],
  ],
  check: [
    ['hellofin check shop.example', 'the same as hellofin shop.example'],
    ['hellofin check shop.example --connect 192.0.2.10:443', 'one address'],
    ['hellofin check shop.example --at +30d', 'as it will be in a month'],
    ['hellofin check shop.example --early-data', 'whether 0-RTT data is taken, by sending some'],
    ['hellofin check shop.example -vv', 'every message, every field, every byte'],
  ],
  cert: [
    ['hellofin cert shop.example', 'the chain, and what is missing in it'],
    ['hellofin cert shop.example --full-chain > fullchain.pem', 'what the server should send'],
    ['hellofin cert shop.example --pem | openssl x509 -noout -text', 'the leaf as it was sent'],
    ['hellofin cert 192.0.2.10 --sni shop.example --json'],
  ],
  explain: [
    ['hellofin explain run.json -v', 'a run saved with --save, judged again'],
    ['hellofin explain CHAIN_INCOMPLETE', 'a finding'],
    ['hellofin explain 40', 'an alert by its number'],
    ['hellofin explain handshake_failure', 'or by its name'],
    ['hellofin explain tls1.2 tls1.3', 'two live handshakes side by side'],
    ['hellofin explain "remote error: tls: bad certificate"', 'what another client printed'],
  ],
  lab: [
    ['hellofin lab', 'then hellofin against what it lists'],
    ['hellofin lab --json', 'for a script'],
  ],
  demo: [['hellofin demo']],
  completion: [
    ['hellofin completion bash > /etc/bash_completion.d/hellofin'],
    ['hellofin completion fish > ~/.config/fish/completions/hellofin.fish'],
  ],
  schema: [['hellofin schema > hellofin-1.json']],
};

/** The examples of a command, for its help. */
export function examplesOf(command: string): string {
  const lines = EXAMPLES[command] ?? [];
  const width = Math.max(...lines.map(([line, meaning]) => (meaning === undefined ? 0 : line.length)));
  return [
    '',
    'Examples:',
    ...lines.map(([line, meaning = '']) => `  ${line.padEnd(width)}  ${meaning}`.trimEnd()),
  ].join('\n');
}
