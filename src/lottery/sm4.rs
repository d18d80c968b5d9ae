//! Blocks of the suite `dr1-gm`: SM4 (GB/T 32907) instead of ChaCha20 (protocol §19).

use sm4::Sm4;
use sm4::cipher::{Array, BlockCipherEncrypt, KeyInit};

use super::{Iv, Key, Ticket};

/// Holds the round keys of one draw, so that they are not computed anew for each id.
pub(super) struct Cipher(Sm4);

impl Cipher {
    /// Takes the first half of a key; the second is not used.
    pub(super) fn new(key: &Key) -> Cipher {
        let half: [u8; 16] = *key.bytes().first_chunk().expect("a key has 32 bytes");
        Cipher(Sm4::new(&Array::from(half)))
    }

    /// Enciphers one IV: that is its ticket.
    pub(super) fn ticket(&self, iv: Iv) -> Ticket {
        Ticket::from_value(u128::from_be_bytes(self.encipher(*iv.bytes())))
    }

    /// Computes the block of 64 bytes: the IV enciphered four times, with 0 to 3 in its two highest bits, which no IV
    /// uses.
    pub(super) fn block(&self, iv: Iv) -> [u8; 64] {
        let mut block = [0; 64];
        for (part, out) in (0u8..).zip(block.as_chunks_mut::<16>().0) {
            let mut input = *iv.bytes();
            input[0] |= part << 6;
            *out = self.encipher(input);
        }
        block
    }

    fn encipher(&self, input: [u8; 16]) -> [u8; 16] {
        let mut block = Array::from(input);
        self.0.encrypt_block(&mut block);
        block.into()
    }
}
