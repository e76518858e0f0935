data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_availability_zones" "available" {
  state = "available"

  # Local zones have neither load balancers nor Multi-AZ databases.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  # Every name is made of this one, so that environments can share an account.
  name       = "stats-service-${var.environment}"
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  zones      = slice(data.aws_availability_zones.available.names, 0, 2)
  port       = 8080

  # The service opens at most this many connections to the database.
  connections_per_task = 10
}
