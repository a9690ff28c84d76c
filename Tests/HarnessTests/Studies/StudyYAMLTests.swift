import Testing

/// Text that YAML forbids, and text that YAML allows and a study does not.
@Suite struct StudyYAMLTests {
    private static let good = StudyFileTests.good

    /// Text, and the error after the file's name.
    @Test(arguments: [
        ("", ": expected a study, found an empty file"),
        ("# only a remark\n", ": expected a study, found an empty file"),
        ("just words", ":1: the study: expected keys with values, found 'just words'"),
        ("- 1\n- 2\n", ":1: the study: expected keys with values, found a list"),
        ("!!python/object:os.system x", ":1: the study: expected keys with values, found 'x'"),
        ("name: [small\nsteps: }", ":2: expected the YAML of a study, did not find expected ',' or ']'"),
        (
            "name: small\n\tsteps: 1\n",
            ":2: expected the YAML of a study, found a tab character that violates indentation"
        ),
        (
            "name: small\n steps: 1\n",
            ":2: expected the YAML of a study, mapping values are not allowed in this context"
        ),
        ("name: \"small\n", ":2: expected the YAML of a study, found unexpected end of stream"),
        ("name: small\nsteps: \u{1}", ":2: expected the YAML of a study, found control characters are not allowed"),
        ("name: small\nsteps: \0", ":2: expected the YAML of a study, found control characters are not allowed"),
        ("name: \"\\ud800\"", ":1: expected the YAML of a study, found invalid Unicode character escape code"),
        ("name: *small", ":1: expected the YAML of a study, found undefined alias"),
        ("%YAML 3.0\n---\nname: x", ":1: expected the YAML of a study, found incompatible YAML document"),
        (good + "\n---\n" + good, ":10: expected the YAML of a study, but found another document"),
        (
            good.replacing("IQL: {}", with: "IQL: &a {batch: 8}").replacing("SQL:", with: "SQL: *a"),
            ":7: the study: expected a study without anchors and aliases, found the anchor '&a'"
        ),
        (
            good.replacing("IQL: {}", with: "IQL: {batch: &b 8}"),
            ":7: the study: expected a study without anchors and aliases, found the anchor '&b'"
        ),
        (
            good.replacing("IQL: {}", with: "IQL: {<<: {batch: 8}}"), ":7: learners.IQL: expected one of "
        ),
        (
            good.replacing("name: small", with: "? {name: x}\n: 1"),
            ":1: the study: expected a word, found keys with values"
        ),
        (
            good.replacing("name: small", with: "name: small\n\(String(repeating: "k", count: 99)): 1"),
            ":2: the study: expected one of name, datasets, seeds, steps, evaluate, learners, team_size, found the key "
                + "'\(String(repeating: "k", count: 60))…'"
        ),
    ])
    func isRefused(text: String, refusal: String) {
        let sentence = StudyRefusalTests.refusal(text)
        #expect(sentence.hasPrefix("s.yaml" + refusal), "\(sentence)")
        #expect(sentence == "s.yaml" + refusal || refusal.hasSuffix("one of "), "\(sentence)")
    }

    /// A parser that recurses at every bracket would overflow the stack.
    @Test(arguments: ["[", "- ", "{a: ", "? "]) func isTooDeep(opening: String) {
        #expect(
            StudyRefusalTests.refusal("name: x\nsteps:\n  " + String(repeating: opening, count: 200_000))
                == "s.yaml:3: expected the YAML of a study, found a thousand levels of nesting")
    }

    /// Nine lines that expand to a billion words, as a value and as a key,
    /// which a parser would compare with the other keys.
    @Test(arguments: ["last: *l8", "? *l8\n: 1"], [9, 2]) func isABillionLaughs(end: String, each: Int) {
        var text = "l0: &l0 [ha, ha, ha]\n"
        for level in 1...8 {
            let words = Array(repeating: "*l\(level - 1)", count: each).joined(separator: ", ")
            text += "l\(level): &l\(level) [\(words)]\n"
        }
        let sentence = StudyRefusalTests.refusal(text + end)
        #expect(
            sentence
                == (each == 9
                    ? "s.yaml:4: expected a study without aliases, found more than 20 words that begin with '*'"
                    : "s.yaml:1: the study: expected a study without anchors and aliases, found the anchor '&l0'"))
    }
}
