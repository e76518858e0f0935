locals {
  # An internal load balancer does not need the internet, and neither do tasks without outbound access.
  has_internet = !var.internal || var.outbound_internet

  public_subnets   = local.has_internet ? { for index, zone in local.zones : zone => cidrsubnet(var.vpc_cidr, 4, index) } : {}
  service_subnets  = { for index, zone in local.zones : zone => cidrsubnet(var.vpc_cidr, 4, 4 + index) }
  database_subnets = { for index, zone in local.zones : zone => cidrsubnet(var.vpc_cidr, 4, 8 + index) }
}

resource "aws_vpc" "this" {
  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = local.name }
}

# Resources without their own security group have no network access.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${local.name}-closed" }
}

resource "aws_subnet" "public" {
  for_each = local.public_subnets

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false
  tags                    = { Name = "${local.name}-public-${each.key}" }
}

resource "aws_subnet" "service" {
  for_each = local.service_subnets

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false
  tags                    = { Name = "${local.name}-service-${each.key}" }
}

resource "aws_subnet" "database" {
  for_each = local.database_subnets

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false
  tags                    = { Name = "${local.name}-database-${each.key}" }
}

resource "aws_route_table" "service" {
  for_each = local.service_subnets

  vpc_id = aws_vpc.this.id
  tags   = { Name = "${local.name}-service-${each.key}" }
}

resource "aws_route_table_association" "service" {
  for_each = local.service_subnets

  subnet_id      = aws_subnet.service[each.key].id
  route_table_id = aws_route_table.service[each.key].id
}

resource "aws_route_table" "database" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${local.name}-database" }
}

resource "aws_route_table_association" "database" {
  for_each = local.database_subnets

  subnet_id      = aws_subnet.database[each.key].id
  route_table_id = aws_route_table.database.id
}
