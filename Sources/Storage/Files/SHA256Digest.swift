import CCrypto

/// An incremental SHA-256.
package struct SHA256Digest: ~Copyable {
    private let context = EVP_MD_CTX_new()

    package init() { precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "libcrypto offers no SHA-256") }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes to the digest.
    package func update(_ bytes: UnsafeRawBufferPointer) { EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) }

    /// The 32 bytes of the digest of everything added so far; more may be added.
    package var bytes: [UInt8] {
        let copy = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(copy) }
        precondition(EVP_MD_CTX_copy_ex(copy, context) == 1, "libcrypto cannot copy a SHA-256")
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(copy, &digest, nil)
        return digest
    }

    /// The digest in hexadecimal.
    package var hexadecimal: String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
