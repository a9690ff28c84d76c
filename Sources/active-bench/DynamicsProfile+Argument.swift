import ArgumentParser
import Environments

extension DynamicsProfile: ExpressibleByArgument {}
