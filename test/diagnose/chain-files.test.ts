/** Chain files with something in them that does not belong there. */
import { expect, test } from 'vitest';
import { decodePem, encodePem } from '../../src/asn1/index.ts';
import { startRepository } from '../../src/lab/repository.ts';
import { ca, diagnose, httpServer, onlyFinding, serve } from './serve.ts';

const names = ['shop.example'];

/** A leaf with these certificates behind it, DER, in place of its intermediates. */
function withBehind({ cert, key }: { readonly cert: string; readonly key: string }, ...behind: readonly Uint8Array[]) {
  const [leaf] = decodePem(cert);
  const all = [leaf?.bytes ?? new Uint8Array(0), ...behind];
  return { cert: all.map((der) => encodePem('CERTIFICATE', der)).join(''), key };
}

test('an issuer of the right name and with another key', async () => {
  const credential = withBehind(ca.issue({ names, issuer: ca.subordinate({}) }), ca.intermediate.certificate);
  const finding = onlyFinding(await diagnose(await serve(httpServer(credential))));
  expect([finding.code, finding.title]).toEqual([
    'UNKNOWN_ISSUER',
    '2 certificates sent, and the issuer of shop.example is neither sent nor trusted',
  ]);
  expect(finding.notes[0]).toBe("a certificate of the issuer's name was sent, and is not the one that signed");
});

test('the intermediate of another certificate', async () => {
  const other = ca.subordinate({ commonName: 'Other Intermediate' }).certificate;
  const credential = withBehind(ca.issue({ names }), other);
  const finding = onlyFinding(await diagnose(await serve(httpServer(credential))));
  expect(finding.title).toBe('2 certificates sent, and the issuer of shop.example is neither sent nor trusted');
  expect(finding.notes).toHaveLength(1);
});

test('the same, where the right one is published', async () => {
  const repository = await startRepository();
  const caIssuers = repository.publish(ca.intermediate.certificate);
  const other = ca.subordinate({ commonName: 'Other Intermediate' }).certificate;
  const port = await serve(httpServer(withBehind(ca.issue({ names, caIssuers }), other)));
  const finding = onlyFinding(await diagnose(port));
  await repository.close();
  expect([finding.code, finding.title]).toEqual(['CHAIN_INCOMPLETE', '2 certificates sent, 1 of the chain, 2 needed']);
});
