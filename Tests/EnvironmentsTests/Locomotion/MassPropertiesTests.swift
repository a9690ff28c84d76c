import Environments
import Testing

@Suite struct MassPropertiesTests {
    private let capsule = Capsule(radius: 0.1, halfLength: 0.45)

    /// A cylinder of length 1 and radius 0.1: m = 10π, I = (3r² + L²)/12·m
    /// about a transverse axis, r²/2·m about its own.
    @Test func legacyCapsule() {
        let upright = capsule.legacyMassProperties(density: 1000)
        let mass = 10 * Double.pi
        #expect(abs(upright.mass - mass) < 1e-12)
        #expect(abs(upright.inertia.xx - mass * 1.03 / 12) < 1e-12)
        #expect(abs(upright.inertia.yy - mass * 1.03 / 12) < 1e-12)
        #expect(abs(upright.inertia.zz - mass * 0.005) < 1e-12)
        #expect((upright.inertia.xy, upright.inertia.xz, upright.inertia.yz) == (0, 0, 0))
    }

    @Test func lyingCapsule() {
        let upright = capsule.legacyMassProperties(density: 1000).inertia
        let lying = Capsule(radius: 0.1, halfLength: 0.45, axis: Capsule.lying)
            .legacyMassProperties(density: 1000).inertia
        #expect(abs(lying.xx - upright.zz) < 1e-15 && abs(lying.zz - upright.xx) < 1e-15)
        #expect((lying.xy, lying.xz, lying.yz) == (0, 0, 0))
    }

    /// A tilt by 45° in the x-z plane keeps the trace; half the difference of the moments appears off the diagonal.
    @Test func tiltedCapsule() {
        let upright = capsule.legacyMassProperties(density: 1000).inertia
        let tilted = Capsule(radius: 0.1, halfLength: 0.45, axis: Vector(0.5.squareRoot(), 0, 0.5.squareRoot()))
            .legacyMassProperties(density: 1000).inertia
        #expect(abs(tilted.xx - (upright.xx + upright.zz) / 2) < 1e-12)
        #expect(abs(tilted.xz - (upright.zz - upright.xx) / 2) < 1e-12)
    }

    /// Two equal capsules 2 m apart along x: twice the inertia, and m·d² for each about y and z.
    @Test func parallelAxes() {
        let one = capsule.legacyMassProperties(density: 1000)
        let left = Capsule(radius: 0.1, halfLength: 0.45, centre: Vector(-1, 0, 0.5))
        let right = Capsule(radius: 0.1, halfLength: 0.45, centre: Vector(1, 0, 0.5))
        let both = left.legacyMassProperties(density: 1000) + right.legacyMassProperties(density: 1000)
        #expect(abs(both.mass - 2 * one.mass) < 1e-12)
        #expect(both.centre == Vector(0, 0, 0.5))
        #expect(abs(both.inertia.xx - 2 * one.inertia.xx) < 1e-12)
        #expect(abs(both.inertia.yy - 2 * (one.inertia.yy + one.mass)) < 1e-12)
        #expect(abs(both.inertia.zz - 2 * (one.inertia.zz + one.mass)) < 1e-12)
    }
}
