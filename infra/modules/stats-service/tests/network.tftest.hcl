mock_provider "aws" {
  source = "./tests/mocks"

  # Mocked ids are random and could be equal.
  override_resource {
    target = aws_security_group.load_balancer
    values = { id = "sg-load-balancer" }
  }

  override_resource {
    target = aws_security_group.tasks
    values = { id = "sg-tasks" }
  }

  override_resource {
    target = aws_security_group.database
    values = { id = "sg-database" }
  }

  override_resource {
    target = aws_security_group.endpoints
    values = { id = "sg-endpoints" }
  }
}

variables {
  database_kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/99999999-2222-3333-4444-555555555555"
  environment          = "test"
  region               = "eu-central-1"
  image_tag            = "1.0.0"
  certificate_arn      = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
}

run "defaults" {
  assert {
    condition     = aws_lb.this.internal
    error_message = "The load balancer must be internal by default."
  }

  assert {
    condition     = length(aws_internet_gateway.this) + length(aws_nat_gateway.this) + length(aws_subnet.public) + length(aws_eip.nat) == 0
    error_message = "Without a public load balancer and outbound access, the VPC must not have an internet gateway."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.clients : rule.cidr_ipv4 == var.vpc_cidr])
    error_message = "Without allowed_cidrs, only the VPC may reach the load balancer."
  }

  assert {
    condition     = alltrue([for subnet in aws_subnet.service : !subnet.map_public_ip_on_launch]) && alltrue([for subnet in aws_subnet.database : !subnet.map_public_ip_on_launch])
    error_message = "Private subnets must not assign public addresses."
  }

  assert {
    condition     = !aws_ecs_service.this.network_configuration[0].assign_public_ip && !aws_db_instance.this.publicly_accessible
    error_message = "Neither tasks nor the database may have a public address."
  }

  assert {
    condition     = aws_lb.this.subnets == toset([for subnet in aws_subnet.service : subnet.id])
    error_message = "An internal load balancer must be in private subnets."
  }

  assert {
    condition     = keys(aws_subnet.service) == ["eu-central-1a", "eu-central-1b"] && keys(aws_subnet.database) == ["eu-central-1a", "eu-central-1b"]
    error_message = "Tasks and database must have a subnet in each of two zones."
  }

  assert {
    condition     = length(aws_lb.this.subnets) == 2 && length(aws_ecs_service.this.network_configuration[0].subnets) == 2 && length(aws_db_subnet_group.this.subnet_ids) == 2
    error_message = "Load balancer, tasks and database must be in two zones."
  }

  assert {
    condition     = length(distinct(concat(values(local.service_subnets), values(local.database_subnets)))) == 4
    error_message = "Subnets must not overlap."
  }

  assert {
    condition = [for rule in [
      aws_vpc_security_group_ingress_rule.tasks_from_load_balancer,
      aws_vpc_security_group_ingress_rule.database_from_tasks,
      aws_vpc_security_group_ingress_rule.endpoints_from_tasks,
      ] : "${rule.referenced_security_group_id} ${rule.security_group_id} ${rule.from_port}-${rule.to_port}"] == [
      "sg-load-balancer sg-tasks 8080-8080",
      "sg-tasks sg-database 5432-5432",
      "sg-tasks sg-endpoints 443-443",
    ]
    error_message = "The load balancer must reach the tasks, and the tasks the database and the endpoints, on one port each."
  }

  assert {
    condition = [for rule in [
      aws_vpc_security_group_egress_rule.load_balancer_to_tasks,
      aws_vpc_security_group_egress_rule.tasks_to_database,
      aws_vpc_security_group_egress_rule.tasks_to_endpoints,
      ] : "${rule.security_group_id} ${rule.referenced_security_group_id} ${rule.from_port}-${rule.to_port}"] == [
      "sg-load-balancer sg-tasks 8080-8080",
      "sg-tasks sg-database 5432-5432",
      "sg-tasks sg-endpoints 443-443",
    ]
    error_message = "Outbound traffic must be allowed to the next group only."
  }

  assert {
    condition     = length(aws_vpc_security_group_egress_rule.tasks_to_internet) == 0
    error_message = "Tasks must have no outbound internet access by default."
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.tasks_to_s3.prefix_list_id == aws_vpc_endpoint.s3.prefix_list_id
    error_message = "Tasks must reach S3 through its endpoint."
  }

  assert {
    condition     = length(aws_default_security_group.closed.ingress) == 0 && length(aws_default_security_group.closed.egress) == 0
    error_message = "The default security group must be closed."
  }

  assert {
    condition     = aws_ecs_service.this.network_configuration[0].security_groups == toset(["sg-tasks"]) && aws_db_instance.this.vpc_security_group_ids == toset(["sg-database"]) && aws_lb.this.security_groups == toset(["sg-load-balancer"])
    error_message = "The load balancer, the tasks and the database must each have their own security group."
  }

  assert {
    condition     = keys(aws_vpc_endpoint.interface) == ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm"] && alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled])
    error_message = "Tasks must reach the services that they need to start inside the VPC, by the usual host names."
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : jsondecode(endpoint.policy).Statement[0].Condition.StringEquals["aws:PrincipalAccount"] == "123456789012"])
    error_message = "Endpoints must serve this account only."
  }

  assert {
    condition     = jsondecode(aws_vpc_endpoint.s3.policy).Statement[0].Resource == "arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*"
    error_message = "The S3 endpoint must allow only image layers."
  }

  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL"
    error_message = "All traffic must be logged."
  }
}

run "public_load_balancer" {
  variables {
    internal      = false
    allowed_cidrs = ["198.51.100.0/28"]
  }

  assert {
    condition     = !aws_lb.this.internal && aws_lb.this.subnets == toset([for subnet in aws_subnet.public : subnet.id])
    error_message = "With internal = false the load balancer must be public."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.clients : rule.cidr_ipv4 == "198.51.100.0/28"]) && length(aws_vpc_security_group_ingress_rule.clients) == 2
    error_message = "Only allowed_cidrs may reach a public load balancer."
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_route.nat) == 0 && length(aws_vpc_security_group_egress_rule.tasks_to_internet) == 0
    error_message = "A public load balancer must not give the tasks outbound internet access."
  }

  assert {
    condition     = !aws_ecs_service.this.network_configuration[0].assign_public_ip && !aws_db_instance.this.publicly_accessible
    error_message = "Behind a public load balancer, tasks and database must stay private."
  }
}

run "outbound_internet" {
  variables {
    outbound_internet = true
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 2 && length(aws_route.nat) == 2 && length(aws_vpc_security_group_egress_rule.tasks_to_internet) == 1
    error_message = "With outbound_internet each zone must have a NAT gateway."
  }

  assert {
    condition     = aws_lb.this.internal
    error_message = "Outbound internet access must not make the load balancer public."
  }
}
