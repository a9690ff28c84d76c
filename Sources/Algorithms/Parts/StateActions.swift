import Numerics

/// Writes the rows (s_b, a_b), the input of a critic [B × (S + A)].
func layOut(_ states: MatrixView, _ actions: MatrixView, into stateActions: MatrixView) {
    for b in 0..<stateActions.rows {
        let row = stateActions.row(b)
        row.update(from: states.row(b), count: states.columns)
        (row + states.columns).update(from: actions.row(b), count: actions.columns)
    }
}
